// How far the log reached, kept outside LevelDB: a log that was cut can't show it by itself. Two slots of 64 bytes are written
// in turn, so that a torn write leaves the other one:
//
//   magic 4 | group 8 | position 8 | chain 32 | crc 4 | zeros 8        (big-endian)
import { open, type FileHandle } from "node:fs/promises";
import { fdatasync, writeSync } from "node:fs";
import { crc32 } from "node:zlib";

const slotBytes = 64;
const magic = 0x45565448;
/** Longest time that a written slot waits for the disk. */
const syncMs = 1_000;

export type Anchor = { readonly group: number; readonly position: number; readonly chain: Uint8Array };

export class HeadFile {
  readonly #file: FileHandle;
  #slot: number;
  #timer: NodeJS.Timeout | undefined;

  private constructor(file: FileHandle, slot: number) {
    this.#file = file;
    this.#slot = slot;
  }

  /** Opens or makes the file, and answers the newest anchor that it holds. */
  static async open(path: string): Promise<{ head: HeadFile; anchor: Anchor | undefined }> {
    const file = await open(path, "a+").then(async (made) => {
      await made.close();
      return open(path, "r+");
    });
    const bytes = Buffer.alloc(2 * slotBytes);
    await file.read(bytes, 0, bytes.length, 0);
    const anchors = [anchorOf(bytes.subarray(0, slotBytes)), anchorOf(bytes.subarray(slotBytes))];
    const newest = (anchors[1]?.group ?? -1) > (anchors[0]?.group ?? -1) ? 1 : 0;
    return { head: new HeadFile(file, newest), anchor: anchors[newest] };
  }

  /** Notes a durable group. Reaches the disk within a second. */
  write({ group, position, chain }: Anchor): void {
    const bytes = Buffer.alloc(slotBytes);
    bytes.writeUInt32BE(magic, 0);
    bytes.writeBigUInt64BE(BigInt(group), 4);
    bytes.writeBigUInt64BE(BigInt(position), 12);
    bytes.set(chain, 20);
    bytes.writeUInt32BE(crc32(bytes.subarray(0, 52)), 52);
    this.#slot = 1 - this.#slot;
    writeSync(this.#file.fd, bytes, 0, slotBytes, this.#slot * slotBytes);
    // A failed sync is LevelDB's to meet too: its next write ends the host.
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      fdatasync(this.#file.fd, () => {});
    }, syncMs);
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#file.datasync();
    await this.#file.close();
  }
}

function anchorOf(bytes: Buffer): Anchor | undefined {
  if (bytes.readUInt32BE(0) !== magic || bytes.readUInt32BE(52) !== crc32(bytes.subarray(0, 52))) return undefined;
  return {
    group: Number(bytes.readBigUInt64BE(4)),
    position: Number(bytes.readBigUInt64BE(12)),
    chain: Uint8Array.from(bytes.subarray(20, 52)),
  };
}
