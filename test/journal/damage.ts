// Damage to a data directory, as disks and people do it.
import { cp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { openDatabase, type LevelDatabase } from "../../host/journal/level/level-database.ts";

/** Changes rows behind the journal's back, through LevelDB: its own checksums are right afterwards. */
export async function editRows(path: string, edit: (db: LevelDatabase) => Promise<void>): Promise<void> {
  const db = await openDatabase(path, { createIfMissing: false, writeBufferBytes: 1 << 20 });
  try {
    await edit(db);
  } finally {
    await db.close();
  }
}

/** Turns one bit of a file. */
export async function flipBit(path: string, bit: number): Promise<void> {
  const bytes = await readFile(path);
  const at = bit >>> 3;
  bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
  await writeFile(path, bytes);
}

/** Flips one bit in the middle of a value. */
export function flipped(value: Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  return bytes;
}

export async function copyOf(directory: string, name: string): Promise<string> {
  const copy = join(directory, "..", name);
  await cp(directory, copy, { recursive: true });
  return copy;
}

/** The files of a database that hold rows, the newest last, without empty ones. */
export async function rowFilesIn(path: string): Promise<readonly string[]> {
  const names = (await readdir(path)).filter((name) => /\.(log|ldb)$/.test(name)).toSorted();
  const files: string[] = [];
  for (const name of names) if ((await stat(join(path, name))).size > 0) files.push(join(path, name));
  return files;
}

/** One thing that happens to a file; `at` is a place in it from 0 to 1. */
export type Damage = {
  /** Path within the data directory. */
  readonly file: string;
  readonly kind: "flip" | "cut" | "zero" | "delete" | "older" | "swap";
  readonly at: number;
  /** Another file of the directory, whose content comes in place of this one's when they are swapped. */
  readonly other: string;
};

/**
 * Damages a file of a data directory.
 *
 * @param older - the directory as it was some time before.
 * @returns false when it made no difference.
 */
export async function damage(directory: string, { file, kind, at, other }: Damage, older: string): Promise<boolean> {
  const path = join(directory, file);
  const before = await readFile(path);
  const after = await damaged(before);
  if (after === undefined) {
    await rm(path);
    return true;
  }
  await writeFile(path, after);
  return Buffer.compare(before, after) !== 0;

  async function damaged(bytes: Buffer): Promise<Buffer | undefined> {
    const place = Math.floor(at * bytes.length);
    const changed = Buffer.from(bytes);
    switch (kind) {
      case "flip":
        changed[place] = (changed[place] ?? 0) ^ (1 << (Math.floor(at * 8 * bytes.length) % 8));
        return changed;
      case "cut":
        return changed.subarray(0, place);
      case "zero":
        changed
          .subarray(place - (place % 512))
          .subarray(0, 512)
          .fill(0);
        return changed;
      case "delete":
        return undefined;
      case "older":
        return readFile(join(older, file)).catch(() => undefined);
      case "swap":
        return readFile(join(directory, other));
    }
  }
}
