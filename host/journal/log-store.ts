// Where groups of the log lie: LevelDB, or memory.

export type StoredGroup = { readonly number: number; readonly value: Uint8Array };

export interface LogStore {
  /** Waits for what else comes in now, before a group is closed and written; a moment longer while more is about to come. */
  gather(isMoreToCome: () => boolean): Promise<void>;
  /** Settles when the group is on disk. */
  put(group: number, value: Uint8Array): Promise<void>;
  /** The values as they were put, in the order asked for; undefined for a group that is not there. */
  getMany(groups: readonly number[]): Promise<readonly (Uint8Array | undefined)[]>;
  /** Groups after a number in the order of their numbers, whichever are there. */
  after(group: number): AsyncIterable<StoredGroup>;
}
