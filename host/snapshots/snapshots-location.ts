// Where snapshots go, as EVENTO_SNAPSHOTS says it.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { EventoError } from "../errors.ts";

export type SnapshotsLocation =
  | { readonly kind: "file"; readonly directory: string }
  | { readonly kind: "s3"; readonly bucket: string; readonly prefix: string };

/**
 * Reads `file:` (a folder under the data folder), `file:PATH`, `file:///PATH` or `s3://BUCKET/PREFIX`.
 *
 * @throws EventoError CONFIG_INVALID
 */
export function readSnapshotsLocation(text: string, dataDirectory: string): SnapshotsLocation {
  if (text === "" || text === "file:") return { kind: "file", directory: join(dataDirectory, "snapshots") };
  if (text.startsWith("file://") && URL.canParse(text)) return { kind: "file", directory: fileURLToPath(text) };
  if (text.startsWith("file:")) return { kind: "file", directory: text.slice("file:".length) };
  const [, bucket, prefix = ""] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/.exec(text) ?? [];
  if (bucket !== undefined) return { kind: "s3", bucket, prefix };
  throw new EventoError("CONFIG_INVALID", `found EVENTO_SNAPSHOTS ${JSON.stringify(text)}, expected file: or s3:`, {
    hint: "write file:, file:/a/folder or s3://bucket/prefix",
  });
}
