// What a power loss leaves: files as long as they were when they were last synced, or with some of what was written since.
import { mkdtemp, readdir, readFile, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { ExecutionContext } from "ava";

import { makeLibrary } from "../preloaded-library.ts";

/** The library to preload into a process; undefined where it can't be made: elsewhere than on Linux, or without a C compiler. */
export async function makeSyncedFiles(t: ExecutionContext): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "evento-synced-"));
  t.teardown(() => rm(folder, { recursive: true }));
  return makeLibrary(fileURLToPath(new URL("synced-files.c", import.meta.url)), folder);
}

export type Lengths = ReadonlyMap<string, number>;

/** Lengths of all files below a directory, as they are. */
export async function lengthsIn(directory: string): Promise<Lengths> {
  const lengths = new Map<string, number>();
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) lengths.set(path, (await stat(path)).size);
  }
  return lengths;
}

/**
 * Cuts files to what is sure to be on disk, and a share of the rest.
 *
 * @param given - `before` are lengths that were on disk before the process began, `notes` what it noted, `share` from 0 to 1.
 * @returns the bytes that were cut off.
 */
export async function losePower(given: {
  directory: string;
  before: Lengths;
  notes: string;
  share: () => number;
}): Promise<number> {
  const synced = new Map(given.before);
  for (const line of (await readFile(given.notes, "utf8")).split("\n")) {
    const at = line.indexOf(" ");
    if (at > 0) synced.set(line.slice(at + 1), Number(line.slice(0, at)));
  }
  let lostBytes = 0;
  for (const [path, length] of await lengthsIn(given.directory)) {
    const unsynced = Math.max(0, length - (synced.get(path) ?? 0));
    const lost = unsynced - Math.floor(unsynced * given.share());
    if (lost > 0) await truncate(path, length - lost);
    lostBytes += lost;
  }
  return lostBytes;
}
