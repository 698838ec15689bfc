// Snapshots where a setting says they are: in files or in S3.
import { join } from "node:path";

import type { Snapshots } from "../ports/snapshots.ts";
import { readStorageLocation } from "../storage/storage-location.ts";
import { FileSnapshots } from "./file-snapshots.ts";
import { S3Snapshots } from "./s3-snapshots.ts";

export type SnapshotsOptions = {
  /** `file:PATH` or `s3://bucket/prefix`; empty for files under the data directory. */
  readonly location: string;
  /** URL of an S3 server other than AWS; empty for AWS. */
  readonly endpoint: string;
  /** The data directory. */
  readonly data: string;
  /** Id of the log that they belong to. */
  readonly log: string;
  /** Told once when a bucket is out of reach, and again when it was back meanwhile. */
  readonly onFailure: (error: Error) => void;
};

/** @throws EventoError LOCATION_INVALID, or as the adapters do */
export async function openSnapshots(options: SnapshotsOptions): Promise<Snapshots> {
  const { endpoint, data, log, onFailure } = options;
  const isInData = options.location === "" || options.location === "file:";
  const location = readStorageLocation(
    isInData ? `file:${join(data, "snapshots")}` : options.location,
    "EVENTO_SNAPSHOTS",
  );
  if (location.kind === "file") return FileSnapshots.open({ directory: location.directory, log });
  const { bucket, prefix } = location;
  return S3Snapshots.open({ bucket, prefix, ...(endpoint === "" ? {} : { endpoint }), log, onFailure });
}
