// An archive by its location.
import { readStorageLocation } from "../storage/storage-location.ts";
import type { Archive } from "./archive.ts";
import { FileArchive } from "./file-archive.ts";
import { S3Archive } from "./s3-archive.ts";

/** @param given - `endpoint` of an S3 server other than Amazon's; empty for Amazon's. @throws EventoError LOCATION_INVALID */
export function archiveAt(given: { location: string; endpoint: string }): Archive {
  const location = readStorageLocation(given.location, "the location");
  if (location.kind === "file") return new FileArchive({ directory: location.directory });
  const { bucket, prefix } = location;
  return new S3Archive({ bucket, prefix, ...(given.endpoint === "" ? {} : { endpoint: given.endpoint }) });
}
