// The rows of the index: an ordered map of bytes. Implemented over LevelDB with what is not yet written in memory, and in
// memory alone; the projection and the views of the journal see only this.

export type Row = { readonly key: Uint8Array; readonly value: Uint8Array };

export type Range = {
  /** First key, inclusive. */
  readonly from: Uint8Array;
  /** Last key, exclusive. */
  readonly to: Uint8Array;
  readonly limit: number;
  /** From the last key down. */
  readonly reverse?: boolean;
};

export type RowChange = { readonly key: Uint8Array; /** Null removes the row. */ readonly value: Uint8Array | null };

export interface Rows {
  get(key: Uint8Array): Uint8Array | undefined;
  range(range: Range): Promise<readonly Row[]>;
  /** Changes rows at once, for all later reads. */
  change(changes: readonly RowChange[]): void;
}
