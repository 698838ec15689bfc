// What `evento command` and `evento event` are asked to post: one draft in the arguments, or lines from elsewhere.
import { usageError } from "./exit-code.ts";
import type { Post } from "./posting.ts";

/** Entity, type and payload, as far as they were given. */
export type PostArguments = [string | undefined, string | undefined, string | undefined];

export type PostTarget =
  | { readonly kind: "one"; readonly post: Post }
  /** `-` is standard input. */
  | { readonly kind: "lines"; readonly file: string };

/** @throws EventoError USAGE_INVALID when the arguments say neither, or both. */
export function postTarget([entity, type, payload]: PostArguments, file: string | undefined): PostTarget {
  if (file !== undefined && entity !== undefined)
    throw usageError("found both --file and a draft in the arguments", "give one of them");
  if (file !== undefined) return { kind: "lines", file };
  if (entity === "-" && type === undefined) return { kind: "lines", file: "-" };
  if (entity === undefined || type === undefined)
    throw usageError(
      `found ${entity === undefined ? "no entity and no type" : "no type"}, expected ENTITY TYPE [PAYLOAD]`,
      "see --help for examples; - or --file posts many",
    );
  return { kind: "one", post: { entity, type, payload } };
}
