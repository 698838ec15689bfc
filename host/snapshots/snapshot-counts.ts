// What became of snapshots, for metrics: since a lost one is never an error, only a count shows it.

export type SnapshotCounts = {
  written: number;
  /** Found and used. */
  found: number;
  /** Looked for and not there. */
  absent: number;
  /** There, and not whole or not what its name says: treated as absent. */
  damaged: number;
  /** Reads and writes that failed or were left out because the store was away. */
  failed: number;
  /** Deleted to keep their number bounded. */
  removed: number;
};

export function zeroCounts(): SnapshotCounts {
  return { written: 0, found: 0, absent: 0, damaged: 0, failed: 0, removed: 0 };
}
