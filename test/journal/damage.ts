// Damage to a data directory, as disks and people do it.
import { cp, readdir, readFile, stat, writeFile } from "node:fs/promises";
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
