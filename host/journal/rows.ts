// The rows of the index, whatever they lie on: LevelDB with what is not yet written in memory, or memory alone. The projection
// and the views of the journal see only this.
import { EventoError } from "../errors.ts";
import type { Order, Table } from "./tables.ts";

export type OrderedRow<Row> = { readonly order: Order; readonly row: Row };

export type RowRange = {
  /** The order before the first row; undefined for the start of the partition. */
  readonly after?: Order | undefined;
  /** Infinity for all. */
  readonly limit: number;
};

export interface Rows {
  get<Row>(table: Table<Row>, partition: string, order?: Order): Row | undefined;
  /** Rows of a partition in order. */
  range<Row>(table: Table<Row>, partition: string, range: RowRange): Promise<readonly OrderedRow<Row>[]>;
  /** The last row of a partition of numbers at or before one. */
  last<Row>(table: Table<Row>, partition: string, upTo: number): Promise<OrderedRow<Row> | undefined>;

  /** Sets a row at once, for all later reads. */
  put<Row>(table: Table<Row>, partition: string, order: Order | undefined, row: Row): void;
  /** Sets a row that follows from nothing else and may be lost; not to be called in the middle of a projection. */
  keep<Row>(table: Table<Row>, partition: string, row: Row): void;
  /**
   * Removes a row at once.
   *
   * @param bornIn - the first group that can have put it: a row that was never written need not be removed.
   */
  remove<Row>(table: Table<Row>, partition: string, order: Order | undefined, bornIn: number): void;
}

export function indexDamaged(what: string, cause?: unknown): EventoError {
  return new EventoError("INDEX_DAMAGED", `${what} of the index`, {
    cause,
    hint: "stop the host and rebuild the index with `evento reindex`: the log is the truth, and the index follows from it",
  });
}
