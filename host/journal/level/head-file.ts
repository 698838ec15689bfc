// How far the log reached, kept outside LevelDB: a log that was cut can't show it by itself. Two slots of 64 bytes are written
// in turn, so that a torn write leaves the other one:
//
//   magic 4 | group 8 | position 8 | chain 32 | crc 4 | zeros 8        (big-endian)
import { fdatasync, writeSync } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { crc32 } from "node:zlib";

import { EventoError } from "../../errors.ts";
import type { Fatality } from "../fatality.ts";
import { readUint64, writeUint64 } from "../uint64.ts";
import { writeFailed } from "./level-database.ts";

const slotBytes = 64;
const crcAt = 52;
const magic = 0x45565448;
/** Longest time that a written slot waits for the disk. */
const syncMs = 1_000;

/** A point that the log is known to have reached. */
export type Anchor = { readonly group: number; readonly position: number; readonly hash: Uint8Array };

export class HeadFile {
  readonly #file: FileHandle;
  readonly #fatality: Fatality;
  readonly #slot = Buffer.alloc(slotBytes);
  #timer: NodeJS.Timeout | undefined;
  #syncing: Promise<void> | undefined;

  private constructor(file: FileHandle, fatality: Fatality) {
    this.#file = file;
    this.#fatality = fatality;
  }

  /** Makes the file of an empty log. */
  static async create(path: string, anchor: Anchor): Promise<void> {
    const file = await open(path, "wx");
    try {
      const bytes = Buffer.alloc(2 * slotBytes);
      for (const start of [0, slotBytes]) writeAnchor(bytes.subarray(start, start + slotBytes), anchor);
      await file.write(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Opens the file for writing. */
  static async open(path: string, fatality: Fatality): Promise<HeadFile> {
    return new HeadFile(await open(path, "r+"), fatality);
  }

  /** Notes a durable group; on disk within a second. */
  write(anchor: Anchor): void {
    writeAnchor(this.#slot, anchor);
    writeSync(this.#file.fd, this.#slot, 0, slotBytes, (anchor.group % 2) * slotBytes);
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#syncing ??= this.#sync();
    }, syncMs);
    this.#timer.unref();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#syncing;
    await this.#sync();
    await this.#file.close();
  }

  async #sync(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    fdatasync(this.#file.fd, (error) => (error === null ? resolve() : reject(error)));
    try {
      await promise;
    } catch (cause) {
      this.#fatality.raise(writeFailed("the head file", cause));
    }
    this.#syncing = undefined;
  }
}

/** The newest point that the file holds. @throws EventoError HEAD_DAMAGED */
export async function readAnchor(path: string): Promise<Anchor> {
  const bytes = Buffer.alloc(2 * slotBytes);
  try {
    const file = await open(path, "r");
    await file.read(bytes, 0, bytes.length, 0);
    await file.close();
  } catch (cause) {
    throw headDamaged("found no readable file", cause);
  }
  const anchors = [anchorIn(bytes.subarray(0, slotBytes)), anchorIn(bytes.subarray(slotBytes))];
  const [newest] = anchors.filter((anchor) => anchor !== undefined).toSorted((one, other) => other.group - one.group);
  if (newest === undefined) throw headDamaged("found two slots whose checksums do not fit");
  return newest;
}

function writeAnchor(bytes: Buffer, { group, position, hash }: Anchor): void {
  bytes.writeUInt32BE(magic, 0);
  writeUint64(bytes, group, 4);
  writeUint64(bytes, position, 12);
  bytes.set(hash, 20);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, crcAt)), crcAt);
}

function anchorIn(bytes: Buffer): Anchor | undefined {
  if (bytes.readUInt32BE(0) !== magic || bytes.readUInt32BE(crcAt) !== crc32(bytes.subarray(0, crcAt)))
    return undefined;
  return {
    group: readUint64(bytes, 4),
    position: readUint64(bytes, 12),
    hash: Uint8Array.from(bytes.subarray(20, crcAt)),
  };
}

function headDamaged(what: string, cause?: unknown): EventoError {
  return new EventoError("HEAD_DAMAGED", `${what}, expected the head file that says how far the log reached`, {
    cause,
    hint: "without it a cut log can't be told from a whole one: restore the data directory from a backup, or see what `evento recover` says",
  });
}
