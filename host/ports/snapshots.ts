// Snapshots: states that can be read without the log. Implemented on files (host/snapshots/file) and S3; both run one contract suite.
import type { FoldedState } from "./journal.ts";

export type Snapshot = FoldedState & {
  readonly aggregate_type: string;
  /** Milliseconds since 1970 of the last event folded into it. */
  readonly time: number;
};

export type SnapshotKey = {
  readonly aggregate: string;
  readonly aggregator_digest: string;
  readonly schema: string;
};

/** A snapshot that is damaged or of another aggregator or schema is absent, never wrong. */
export interface Snapshots {
  /** @param rootSchema - the Avro schema of `state`, complete by itself: it is written into the file. */
  put(snapshot: Snapshot, rootSchema: string): Promise<void>;
  /** The newest that matches, at or before a sequence. */
  latest(key: SnapshotKey, atSequence: number): Promise<Snapshot | undefined>;
  close(): Promise<void>;
}
