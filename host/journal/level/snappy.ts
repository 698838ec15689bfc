// Snappy's raw form, as LevelDB compresses the blocks of its tables: a length, then pieces that are either bytes as they are or a
// copy of what came before.

const largest = 64 << 20;

/** @throws RangeError when the bytes are no Snappy. */
export function unsnappy(bytes: Buffer): Buffer {
  let at = 0;
  const next = (): number => bytes.readUInt8(at++);
  const little = (count: number): number => {
    at += count;
    return bytes.readUIntLE(at - count, count);
  };
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = next();
    length += (byte & 127) * 2 ** shift;
    if (byte < 128) break;
  }
  if (length > largest) throw new RangeError(`${length} bytes are more than a block has`);
  const plain = Buffer.alloc(length);
  let written = 0;
  while (at < bytes.length) {
    const tag = next();
    if ((tag & 3) === 0) {
      const short = tag >>> 2;
      const count = (short < 60 ? short : little(short - 59)) + 1;
      if (at + count > bytes.length || written + count > length) throw new RangeError("a piece goes beyond the end");
      plain.set(bytes.subarray(at, at + count), written);
      at += count;
      written += count;
      continue;
    }
    const isShort = (tag & 3) === 1;
    const count = isShort ? ((tag >>> 2) & 7) + 4 : (tag >>> 2) + 1;
    const back = isShort ? (tag >>> 5) * 256 + next() : little((tag & 3) === 2 ? 2 : 4);
    if (back === 0 || back > written || written + count > length)
      throw new RangeError("a copy goes beyond what is there");
    // Byte by byte: a copy may reach into itself.
    for (const end = written + count; written < end; written++) plain[written] = plain[written - back] ?? 0;
  }
  if (written !== length) throw new RangeError(`${written} bytes came out, ${length} were announced`);
  return plain;
}
