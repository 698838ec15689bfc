// CRC-32C (Castagnoli), as LevelDB stores it in its files: Node has only the other polynomial. A table of all pairs of a byte and
// its place among eight makes it eight bytes a step.

const polynomial = 0x82f63b78;
const strideBytes = 8;
/** At `place * 256 + byte`: what a byte does to the checksum when `place` bytes come after it. */
const table = makeTable();

/** @returns the checksum of the bytes from `start` up to `end`. */
export function crc32c(bytes: Buffer, start: number, end: number): number {
  let crc = -1;
  let at = start;
  for (; at + strideBytes <= end; at += strideBytes) {
    const low =
      crc ^
      (byteAt(bytes, at) |
        (byteAt(bytes, at + 1) << 8) |
        (byteAt(bytes, at + 2) << 16) |
        (byteAt(bytes, at + 3) << 24));
    crc =
      entry(7, low & 255) ^
      entry(6, (low >>> 8) & 255) ^
      entry(5, (low >>> 16) & 255) ^
      entry(4, low >>> 24) ^
      entry(3, byteAt(bytes, at + 4)) ^
      entry(2, byteAt(bytes, at + 5)) ^
      entry(1, byteAt(bytes, at + 6)) ^
      entry(0, byteAt(bytes, at + 7));
  }
  for (; at < end; at++) crc = step(crc, byteAt(bytes, at));
  return ~crc >>> 0;
}

/** Tells whether the bytes from `start` on have a checksum when they are taken up to some place not after `end`. */
export function hasPrefixWith(checksum: number, bytes: Buffer, start: number, end: number): boolean {
  let crc = -1;
  for (let at = start; at < end; at++) {
    crc = step(crc, byteAt(bytes, at));
    if (~crc >>> 0 === checksum) return true;
  }
  return false;
}

function byteAt(bytes: Buffer, at: number): number {
  return bytes[at] ?? 0;
}

function step(crc: number, byte: number): number {
  return entry(0, (crc ^ byte) & 255) ^ (crc >>> 8);
}

function entry(place: number, byte: number): number {
  return table[place * 256 + byte] ?? 0;
}

function makeTable(): Int32Array {
  const made = new Int32Array(strideBytes * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    made[byte] = crc;
  }
  for (let at = 256; at < made.length; at++) {
    const before = made[at - 256] ?? 0;
    made[at] = (made[before & 255] ?? 0) ^ (before >>> 8);
  }
  return made;
}

/** What LevelDB has stored as `masked`: it turns and shifts checksums, so that one over bytes that hold some is no weaker. */
export function unmasked(masked: number): number {
  const turned = (masked - 0xa282ead8) >>> 0;
  return ((turned >>> 17) | (turned << 15)) >>> 0;
}
