// Where copies of the host's data go: a folder, or a bucket of S3.
import { fileURLToPath } from "node:url";

import { EventoError } from "../errors.ts";

export type StorageLocation =
  | { readonly kind: "file"; readonly directory: string }
  | { readonly kind: "s3"; readonly bucket: string; readonly prefix: string };

/**
 * Reads `file:PATH`, `file:///PATH` or `s3://BUCKET/PREFIX`.
 *
 * @param name - of the setting or argument that says it, for who reads the error.
 * @throws EventoError LOCATION_INVALID
 */
export function readStorageLocation(text: string, name: string): StorageLocation {
  if (text.startsWith("file://") && URL.canParse(text)) return { kind: "file", directory: fileURLToPath(text) };
  if (text.startsWith("file:") && text !== "file:") return { kind: "file", directory: text.slice("file:".length) };
  const [, bucket, prefix = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text) ?? [];
  if (bucket !== undefined) return { kind: "s3", bucket, prefix: prefix.replaceAll(/^\/+|\/+$/g, "") };
  throw new EventoError("LOCATION_INVALID", `found ${name} ${JSON.stringify(text)}, expected file: or s3:`, {
    hint: "write file:/a/folder or s3://bucket/prefix",
  });
}
