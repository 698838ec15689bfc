// Where groups of the log lie: LevelDB, or memory.

export interface LogStore {
  /** Settles when the group is on disk. */
  put(group: number, value: Uint8Array): Promise<void>;
  /** The value as it was put; undefined when there is no such group. */
  get(group: number): Promise<Uint8Array | undefined>;
}
