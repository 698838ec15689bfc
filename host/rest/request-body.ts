// Bodies of requests: read with a bound, checked for their type, parsed with care.
import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { setImmediate } from "node:timers/promises";

import { EventoError, reasonOf } from "../errors.ts";
import { bodyBytesMax, bodyDeadlineMs, valueDepthMax } from "../limits.ts";
import { incomplete } from "./request-chunks.ts";

/** The media type of a request, without parameters, in lower case. */
function mediaTypeOf(request: IncomingMessage): string {
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

/**
 * The whole body.
 *
 * @throws EventoError BODY_TOO_LARGE before more than the bound is in memory; BODY_INCOMPLETE when it breaks off or takes too long.
 */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  // A small body mostly comes together with the head, and has only to be parsed: no listeners and no timer are needed then.
  if (!request.complete) await pollEnded();
  // What would tell of it has happened already.
  if (request.destroyed) throw incomplete("the connection broke");
  if (request.complete) {
    const body: Buffer | null = request.read();
    if ((body?.length ?? 0) > bytesMax) throw tooLarge(bytesMax);
    return body ?? Buffer.alloc(0);
  }
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer): void => {
    size += chunk.length;
    if (size > bytesMax) reject(tooLarge(bytesMax));
    else chunks.push(chunk);
  };
  const end = (): void => resolve(Buffer.concat(chunks));
  // A request that was read whole closes as well.
  const breakOff = (): void => {
    if (!request.readableEnded) reject(incomplete("the connection broke"));
  };
  request.on("data", take).on("end", end).on("error", breakOff).on("close", breakOff);
  const timer = setTimeout(() => reject(incomplete(`it took more than ${bodyDeadlineMs / 1000} s`)), bodyDeadlineMs);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}

let ending: Promise<void> | undefined;

/** Waits until all that one poll of the event loop has read is parsed: one wait for all requests that came with it. */
function pollEnded(): Promise<void> {
  ending ??= setImmediate().then(() => {
    ending = undefined;
  });
  return ending;
}

function tooLarge(bytesMax: number): EventoError {
  return new EventoError("BODY_TOO_LARGE", `found more than ${bytesMax} bytes, expected at most that`);
}

/** A JSON body. @throws EventoError BODY_INVALID, BODY_TOO_LARGE, MEDIA_TYPE_UNSUPPORTED */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  requireMediaType(request, ["application/json"]);
  return parseJson(await readBody(request, bodyBytesMax));
}

/** Parses JSON of bounded depth. @throws EventoError BODY_INVALID */
export function parseJson(bytes: Buffer): unknown {
  // What is decoded leniently becomes another text than was sent.
  if (!isUtf8(bytes)) throw new EventoError("BODY_INVALID", "found bytes that are no text in UTF-8, expected JSON");
  const text = bytes.toString("utf8");
  const members = membersOf(text);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new EventoError("BODY_INVALID", `found a body that is not JSON: ${reasonOf(cause)}`, { cause });
  }
  // Of two members with one name JSON.parse takes the last, and what stands in front may have looked at the first.
  if (keyCount(value) < members)
    throw new EventoError("BODY_INVALID", "found two members of one name in an object, expected each name once");
  return value;
}

/** Members of all objects within a parsed value. */
function keyCount(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  const inside: unknown[] = Array.isArray(value) ? value : Object.values(value);
  let count = Array.isArray(value) ? 0 : inside.length;
  for (const member of inside) count += keyCount(member);
  return count;
}

/**
 * Counts the members of all objects in a text, by their colons. Nesting is counted before parsing: a parsed value of great depth
 * can't even be printed.
 *
 * @throws EventoError BODY_INVALID
 */
function membersOf(text: string): number {
  let members = 0;
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (inText) {
      if (unit === 0x5c) at++;
      else if (unit === 0x22) inText = false;
    } else if (unit === 0x22) inText = true;
    else if (unit === 0x3a) members++;
    else if (unit === 0x7b || unit === 0x5b) {
      if (++depth > valueDepthMax)
        throw new EventoError("BODY_INVALID", `found JSON nested deeper than ${valueDepthMax}`);
    } else if (unit === 0x7d || unit === 0x5d) depth--;
  }
  return members;
}
