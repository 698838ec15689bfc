// What is inside frames, as the function process reads and writes it: little-endian, bytes with a `u32` length in front.
import { bufferOver } from "../domain/buffer-view.ts";
import { EventoError } from "../errors.ts";
import type { Usage } from "../ports/functions.ts";

const reasonCharsMax = 2_000;
const reasonBytesMax = reasonCharsMax * 4;

const none = Buffer.from([0xff, 0xff, 0xff, 0xff]);

function lengthOf(bytes: Uint8Array): Uint8Array {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(bytes.length);
  return length;
}

/** The id of an envelope in Avro: commands and events begin with it. Undefined when there is none to be read. */
export function envelopeIdOf(envelope: Uint8Array): string | undefined {
  const [first = 0, second = 0] = envelope;
  // The length in zigzag. An id has at most 200 characters, so that two bytes are enough.
  const isShort = first < 0x80;
  const length = (isShort ? first : (first & 0x7f) | (second << 7)) >> 1;
  const start = isShort ? 1 : 2;
  const isLength = first % 2 === 0 && (isShort || second < 0x80);
  if (envelope.length === 0 || !isLength || start + length > envelope.length) return undefined;
  return bufferOver(envelope).toString("utf8", start, start + length);
}

/** Bytes with their length in front. */
export function part(bytes: Uint8Array): readonly Uint8Array[] {
  return [lengthOf(bytes), bytes];
}

/** Bytes that may be absent. */
export function optionalPart(bytes: Uint8Array | null): readonly Uint8Array[] {
  return bytes === null ? [none] : part(bytes);
}

/** `f64 sequence | f64 time | optional state | u32 count`, then each command with its length in front. */
export function turnParts(given: {
  readonly state: Uint8Array | null;
  readonly sequence: number;
  readonly time: number;
  readonly commands: readonly Uint8Array[];
}): readonly Uint8Array[] {
  const numbers = Buffer.allocUnsafe(16);
  numbers.writeDoubleLE(given.sequence, 0);
  numbers.writeDoubleLE(given.time, 8);
  const count = Buffer.allocUnsafe(4);
  count.writeUInt32LE(given.commands.length);
  const parts = [numbers, ...optionalPart(given.state), count];
  for (const command of given.commands) parts.push(lengthOf(command), command);
  return parts;
}

/** `u8 failed | u32 µs | u32 memory`, then what follows of an answer or step. */
export function readOutcome(payload: Buffer): { ok: boolean; usage: Usage; rest: Buffer } {
  if (payload.length < 9) throw malformed();
  return {
    ok: payload[0] === 0,
    usage: { duration_us: payload.readUInt32LE(1), memory_bytes: payload.readUInt32LE(5) },
    rest: payload.subarray(9),
  };
}

/**
 * `u32 events | u32 length | drafts | state` of a step. Both are copies: a state may be kept long after its chunk.
 */
export function readDecided(rest: Buffer): { events: number; drafts: Uint8Array; state: Uint8Array } {
  if (rest.length < 8) throw malformed();
  const end = 8 + rest.readUInt32LE(4);
  if (end > rest.length) throw malformed();
  return { events: rest.readUInt32LE(0), drafts: copyOf(rest.subarray(8, end)), state: copyOf(rest.subarray(end)) };
}

/** Why a call failed, as the process tells it. */
export function readReason(rest: Buffer): string {
  return rest.toString("utf8", 0, reasonBytesMax).slice(0, reasonCharsMax);
}

/** Bytes of their own, so that the 64 KiB chunk they came in can go. */
export function copyOf(view: Uint8Array): Uint8Array {
  // A Buffer, since its reader wants one, and not of the shared pool: one long-lived state would keep all of it.
  const copy = Buffer.allocUnsafeSlow(view.length);
  copy.set(view);
  return copy;
}

function malformed(): EventoError {
  return new EventoError("FRAME_INVALID", "found an answer that is cut, expected what the runner writes");
}
