// Bodies of requests: read with a bound, checked for their type, parsed with care.
import type { IncomingMessage } from "node:http";

import { EventoError, reasonOf } from "../errors.ts";
import { bodyBytesMax, valueDepthMax } from "../limits.ts";

/** The media type of a request, without parameters, in lower case. */
export function mediaTypeOf(request: IncomingMessage): string {
  return (request.headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}

/** @throws EventoError MEDIA_TYPE_UNSUPPORTED */
export function requireMediaType(request: IncomingMessage, expected: readonly string[]): string {
  const found = mediaTypeOf(request);
  const encoding = request.headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity")
    throw new EventoError("MEDIA_TYPE_UNSUPPORTED", `found a body encoded as ${encoding}, expected it plain`);
  if (expected.includes(found)) return found;
  throw new EventoError(
    "MEDIA_TYPE_UNSUPPORTED",
    `found the content type ${JSON.stringify(found)}, expected ${expected.join(" or ")}`,
  );
}

/** Longest time for a whole body, and longest silence in a streamed one. */
const bodyMs = 30_000;
const idleMs = 300_000;

/** The whole body. @throws EventoError BODY_TOO_LARGE before more than the bound is in memory */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  const timer = setTimeout(() => request.destroy(), bodyMs);
  try {
    return await collect(request, bytesMax);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends a streamed request whose client has gone silent. */
export function endWhenIdle(request: IncomingMessage): void {
  request.setTimeout(idleMs, () => request.destroy());
}

async function collect(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size > bytesMax) throw tooLarge(bytesMax);
    chunks.push(bytes);
  }
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks);
}

export function tooLarge(bytesMax: number): EventoError {
  return new EventoError("BODY_TOO_LARGE", `found more than ${bytesMax} bytes, expected at most that`);
}

/** A JSON body. @throws EventoError BODY_INVALID, BODY_TOO_LARGE, MEDIA_TYPE_UNSUPPORTED */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  requireMediaType(request, ["application/json"]);
  return parseJson((await readBody(request, bodyBytesMax)).toString("utf8"));
}

/** Parses JSON text of bounded depth. @throws EventoError BODY_INVALID */
export function parseJson(text: string): unknown {
  requireDepth(text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EventoError("BODY_INVALID", `found a body that is not JSON: ${reasonOf(cause)}`, { cause });
  }
}

/** Nesting is counted before parsing: a parsed value of great depth can't even be printed. */
function requireDepth(text: string): void {
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (inText) {
      if (unit === 0x5c) at++;
      else if (unit === 0x22) inText = false;
    } else if (unit === 0x22) inText = true;
    else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > valueDepthMax)
        throw new EventoError("BODY_INVALID", `found JSON nested deeper than ${valueDepthMax}`);
    } else if (unit === 0x7d || unit === 0x5d) depth--;
  }
}

/** The fields of a JSON object, all of them known. @throws EventoError BODY_INVALID naming what is missing or unknown */
export function fieldsOf(
  value: unknown,
  known: { readonly required: readonly string[]; readonly optional: readonly string[] },
): { readonly [name: string]: unknown } {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new EventoError("BODY_INVALID", "found no JSON object, expected one");
  const names = [...known.required, ...known.optional];
  const fields: { readonly [name: string]: unknown } = { ...value };
  const faults = [
    ...Object.keys(fields)
      .filter((name) => !names.includes(name))
      .map((name) => ({ path: name, message: `is unknown, expected ${names.join(", ")}` })),
    ...known.required
      .filter((name) => fields[name] === undefined)
      .map((name) => ({ path: name, message: "is missing" })),
  ];
  const [first] = faults;
  if (first === undefined) return fields;
  throw new EventoError("BODY_INVALID", `found a body that does not fit: ${first.path} ${first.message}`, { faults });
}

/** @throws EventoError BODY_INVALID when it is there and no text */
export function optionalText(fields: { readonly [name: string]: unknown }, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw new EventoError("BODY_INVALID", `found ${name} of another type, expected a text`, {
    faults: [{ path: name, message: "is not a text" }],
  });
}

/** @throws EventoError BODY_INVALID when it is no text */
export function requiredText(fields: { readonly [name: string]: unknown }, name: string): string {
  const value = optionalText(fields, name);
  if (value !== undefined) return value;
  throw new EventoError("BODY_INVALID", `found no ${name}, expected a text`, {
    faults: [{ path: name, message: "is missing" }],
  });
}

/** @throws EventoError BODY_INVALID when it is there and no whole number from 0 */
export function optionalCount(fields: { readonly [name: string]: unknown }, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new EventoError("BODY_INVALID", `found ${name} ${JSON.stringify(value)}, expected a whole number from 0`, {
    faults: [{ path: name, message: "is not a whole number from 0" }],
  });
}
