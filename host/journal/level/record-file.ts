// The files that LevelDB appends to, its journals (.log) and MANIFEST: blocks of 32 KiB, and in them records that do not cross
// from one into the next:
//
//   crc 4, masked, over type and bytes | length 2 | type 1: whole, first, middle, last | bytes        (little-endian)
//
// LevelDB passes over what it can't read there, and goes on with what comes after: a hole, and nobody is told (measured). So it
// must not get to see such a file. At the end of a file alone it may be that a power loss has torn what nobody was told of.
import { crc32c, hasPrefixWith, unmasked } from "./crc32c.ts";

const blockBytes = 32 << 10;
const headBytes = 7;
/** Types of records that begin something; the others go on with it, and the last ends it. */
const wholeType = 1;
const firstType = 2;
const lastType = 4;

/** `torn`: nothing begins after the first record that can't be read. */
export type RecordsState = "sound" | "torn" | "damaged";

export function stateOfRecords(bytes: Buffer): RecordsState {
  let isTorn = false;
  for (let at = 0; at < bytes.length;) {
    const blockEnd = Math.min(bytes.length, at - (at % blockBytes) + blockBytes);
    // Less than a head is left over at the end of a block.
    if (blockEnd - at < headBytes) {
      isTorn ||= blockEnd % blockBytes !== 0;
      at = blockEnd;
      continue;
    }
    const end = at + headBytes + bytes.readUInt16LE(at + 4);
    if (end <= blockEnd && crc32c(bytes, at + 6, end) === storedCrc(bytes, at)) {
      if (isTorn && isBeginning(bytes, at)) return "damaged";
      at = end;
      continue;
    }
    // A record that is there, of another length than its head says, was not torn.
    if (hasPrefixWith(storedCrc(bytes, at), bytes, at + 6, blockEnd)) return "damaged";
    isTorn = true;
    at = end < blockEnd ? nextReadable(bytes, end, blockEnd) : blockEnd;
  }
  return isTorn ? "torn" : "sound";
}

/** What was written into a file, piece by piece, up to the first that can't be read. */
export function* recordsIn(bytes: Buffer): Generator<Buffer> {
  let parts: Buffer[] = [];
  for (let at = 0; at + headBytes <= bytes.length;) {
    const blockEnd = at - (at % blockBytes) + blockBytes;
    if (blockEnd - at < headBytes) {
      at = blockEnd;
      continue;
    }
    const end = at + headBytes + bytes.readUInt16LE(at + 4);
    if (end > bytes.length || crc32c(bytes, at + 6, end) !== storedCrc(bytes, at)) return;
    const type = bytes[at + 6];
    parts.push(bytes.subarray(at + headBytes, end));
    if (type === wholeType || type === lastType) {
      yield Buffer.concat(parts);
      parts = [];
    }
    at = end;
  }
}

/** Whether there is a record in a file at all that can be read. */
export function hasRecords(bytes: Buffer): boolean {
  if (bytes.length < headBytes) return false;
  const end = headBytes + bytes.readUInt16LE(4);
  return end <= Math.min(bytes.length, blockBytes) && crc32c(bytes, 6, end) === storedCrc(bytes, 0);
}

function storedCrc(bytes: Buffer, at: number): number {
  return unmasked(bytes.readUInt32LE(at));
}

function isBeginning(bytes: Buffer, at: number): boolean {
  const type = bytes[at + 6];
  return type === wholeType || type === firstType;
}

/** Where the next record lies when the one before only has other bytes; the end of the block when it is not there. */
function nextReadable(bytes: Buffer, at: number, blockEnd: number): number {
  if (blockEnd - at < headBytes) return blockEnd;
  const end = at + headBytes + bytes.readUInt16LE(at + 4);
  return end <= blockEnd && crc32c(bytes, at + 6, end) === storedCrc(bytes, at) ? at : blockEnd;
}
