// The tables of LevelDB (.ldb): blocks of rows, a block that says which rows are surely absent, and an index of the blocks. Each
// is followed by a byte for its compression and a masked CRC-32C, which LevelDB itself does not look at (measured: four in five
// bits that flip come through).
//
//   block* | filter | metaindex | index | footer 48: handles of the last two, padding, magic 8
import { crc32c, unmasked } from "./crc32c.ts";
import { unsnappy } from "./snappy.ts";

const footerBytes = 48;
const magic = 0xdb4775248b80fb57n;
/** Compression and checksum behind a block. */
const trailerBytes = 5;
const snappyType = 1;

type Handle = { readonly offset: number; readonly size: number };

/** Tells whether all of a table is as it was written. */
export function isSoundTable(bytes: Buffer): boolean {
  try {
    const footerAt = bytes.length - footerBytes;
    if (footerAt < 0 || bytes.readBigUInt64LE(bytes.length - 8) !== magic) return false;
    const footer = new Reader(bytes, footerAt);
    for (const handle of [footer.handle(), footer.handle()])
      for (const block of handlesIn(contentOf(bytes, handle))) requireSound(bytes, block);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

function contentOf(bytes: Buffer, handle: Handle): Buffer {
  requireSound(bytes, handle);
  const end = handle.offset + handle.size;
  const content = bytes.subarray(handle.offset, end);
  return bytes[end] === snappyType ? unsnappy(content) : content;
}

/** @throws RangeError */
function requireSound(bytes: Buffer, { offset, size }: Handle): void {
  const end = offset + size;
  if (end + trailerBytes > bytes.length - footerBytes) throw new RangeError("a block goes beyond the file");
  if (crc32c(bytes, offset, end + 1) !== unmasked(bytes.readUInt32LE(end + 1)))
    throw new RangeError("a checksum does not fit");
}

/** The handles that the rows of an index hold; their keys do not matter. */
function* handlesIn(block: Buffer): Generator<Handle> {
  const restarts = block.readUInt32LE(block.length - 4);
  const rowsEnd = block.length - 4 - 4 * restarts;
  for (const reader = new Reader(block, 0); reader.at < rowsEnd;) {
    reader.number();
    const keyBytes = reader.number();
    const valueBytes = reader.number();
    const valueAt = reader.at + keyBytes;
    yield new Reader(block, valueAt).handle();
    reader.at = valueAt + valueBytes;
  }
}

class Reader {
  at: number;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  /** Seven bits a byte, the lowest first. */
  number(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes.readUInt8(this.at++);
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  handle(): Handle {
    return { offset: this.number(), size: this.number() };
  }
}
