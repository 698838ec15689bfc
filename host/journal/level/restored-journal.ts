// A journal made of the groups of another's log. The log keeps its identity: it is the same log in another place.
import { mkdir } from "node:fs/promises";

import { Fatality } from "../fatality.ts";
import { groupKey } from "../group-codec.ts";
import type { StoredGroup } from "../log-store.ts";
import type { JournalHead } from "../../ports/journal.ts";
import { beginDirectory, finishDirectory, pathsOf, type Identity } from "./data-directory.ts";
import { DirectoryLock } from "./directory-lock.ts";
import { HeadFile } from "./head-file.ts";
import { buildIndex } from "./index-build.ts";
import { openDatabase, writeFailed, type LevelDatabase } from "./level-database.ts";
import { LevelLog, logWriteBufferBytes } from "./level-log.ts";

/** Bytes that are written with one sync. */
const batchBytes = 4 << 20;

/**
 * Makes a data directory where there is nothing. Broken off, the place counts as vacant.
 *
 * @param given - `prepare` does what else belongs into the directory, before the groups are written.
 * @returns the head of the log.
 * @throws EventoError DATA_NOT_EMPTY, JOURNAL_LOCKED, LOG_DAMAGED, and what `prepare` and `groups` throw.
 */
export async function restoreJournal(
  directory: string,
  given: {
    identity: Omit<Identity, "format">;
    prepare: () => Promise<void>;
    groups: AsyncIterable<StoredGroup>;
  },
): Promise<JournalHead> {
  await mkdir(directory, { recursive: true });
  const lock = await DirectoryLock.take(directory);
  try {
    await beginDirectory(directory, given.identity);
    await given.prepare();
    const paths = pathsOf(directory);
    const db = await openDatabase(paths.log, { createIfMissing: true, writeBufferBytes: logWriteBufferBytes });
    try {
      await writeGroups(db, given.groups);
      const log = new LevelLog({ db, fatality: new Fatality() });
      const head = await buildIndex(paths.index, { log, anchors: [] });
      await HeadFile.create(paths.head, head);
      await finishDirectory(directory);
      return head;
    } finally {
      await db.close();
    }
  } finally {
    await lock.release();
  }
}

async function writeGroups(db: LevelDatabase, groups: AsyncIterable<StoredGroup>): Promise<void> {
  let batch: { type: "put"; key: Uint8Array; value: Uint8Array }[] = [];
  let bytes = 0;
  const write = async (): Promise<void> => {
    try {
      await db.batch(batch, { sync: true });
    } catch (cause) {
      throw writeFailed("the log", cause);
    }
    batch = [];
    bytes = 0;
  };
  for await (const { number, value } of groups) {
    batch.push({ type: "put", key: groupKey(number), value });
    bytes += value.length;
    if (bytes >= batchBytes) await write();
  }
  if (batch.length > 0) await write();
}
