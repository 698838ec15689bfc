// Names of snapshots. Ids are never names of files: they are hashed, so that no id can climb out of a folder, meet another in
// upper or lower case, or be longer than a name may be.
//
//   <3 hex digits> / <aggregate and log: 40 hex digits> / <aggregator and schema: 16 hex digits>-<sequence: 16 digits>.avro
import { hash } from "node:crypto";

import type { SnapshotKey } from "../ports/snapshots.ts";

export type SnapshotName = {
  /** Hash of aggregator and schema. */
  readonly lineage: string;
  readonly sequence: number;
};

const namePattern = /^([0-9a-f]{16})-(\d{16})\.avro$/;

/** Folder of all snapshots of an aggregate, parted by `/`; the log is part of it, since another log has another history. */
export function folderOf(aggregate: string, log: string): string {
  const digest = hash("sha256", `${log}\n${aggregate}`);
  return `${digest.slice(0, 3)}/${digest.slice(3, 43)}`;
}

/** What sets the states of one aggregate apart: who folded them, and in which schema. */
export function lineageOf(key: SnapshotKey): string {
  return hash("sha256", `${key.aggregator_digest}\n${key.schema}`).slice(0, 16);
}

export function fileNameOf({ lineage, sequence }: SnapshotName): string {
  return `${lineage}-${String(sequence).padStart(16, "0")}.avro`;
}

/** What a file name says, or undefined for a file that is not ours. */
export function readFileName(fileName: string): SnapshotName | undefined {
  const [, lineage, sequence] = namePattern.exec(fileName) ?? [];
  return lineage === undefined || sequence === undefined ? undefined : { lineage, sequence: Number(sequence) };
}
