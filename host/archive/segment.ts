// Groups of the log, one after the other, as they are copied: over HTTP, and in the objects of an archive.
//
//   (group number 8 | length 4 | value)*        (big-endian)
import { EventoError } from "../errors.ts";
import type { StoredGroup } from "../journal/log-store.ts";
import { readUint64, writeUint64 } from "../journal/uint64.ts";
import { groupFrameBytesMax } from "../limits.ts";

const headBytes = 12;
const namePattern = /^(\d{16})-(\d{16})\.groups$/;

/** The first and the last group of a segment. */
export type SegmentSpan = { readonly first: number; readonly last: number };

export function segmentName({ first, last }: SegmentSpan): string {
  return `${String(first).padStart(16, "0")}-${String(last).padStart(16, "0")}.groups`;
}

/** What a segment's name says; undefined for an object that is none. */
export function readSegmentName(name: string): SegmentSpan | undefined {
  const [, first, last] = namePattern.exec(name) ?? [];
  return first === undefined || last === undefined ? undefined : { first: Number(first), last: Number(last) };
}

export function frameOf({ number, value }: StoredGroup): Uint8Array {
  const frame = Buffer.allocUnsafe(headBytes + value.length);
  writeUint64(frame, number, 0);
  frame.writeUInt32BE(value.length, 8);
  frame.set(value, headBytes);
  return frame;
}

/**
 * Takes the groups out of bytes that come in pieces.
 *
 * @throws EventoError SEGMENT_BROKEN when they end within a group, or a group is longer than any can be.
 */
export async function* groupsIn(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<StoredGroup> {
  const pieces: Uint8Array[] = [];
  let held = 0;
  let needed = headBytes;
  for await (const chunk of chunks) {
    pieces.push(chunk);
    held += chunk.length;
    if (held < needed) continue;
    const bytes = Buffer.concat(pieces.splice(0));
    let at = 0;
    for (needed = headBytes; at + needed <= bytes.length; needed = headBytes) {
      const length = bytes.readUInt32BE(at + 8);
      if (length > groupFrameBytesMax) throw broken(`a group of ${length} bytes, which is more than any has`);
      needed = headBytes + length;
      if (at + needed > bytes.length) break;
      yield { number: readUint64(bytes, at), value: bytes.subarray(at + headBytes, at + needed) };
      at += needed;
    }
    pieces.push(bytes.subarray(at));
    held = bytes.length - at;
  }
  if (held > 0) throw broken("an end within a group");
}

function broken(what: string): EventoError {
  return new EventoError("SEGMENT_BROKEN", `found ${what}, expected whole groups of a log`, {
    hint: "the transfer broke off or the bytes are damaged: run it again",
  });
}
