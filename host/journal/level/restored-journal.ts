// A journal made of the groups of another's log. The log keeps its identity: it is the same log in another place.
import { mkdir } from "node:fs/promises";

import { Fatality } from "../fatality.ts";
import { groupKey } from "../group-codec.ts";
import type { StoredGroup } from "../log-store.ts";
import type { Journal, JournalHead } from "../../ports/journal.ts";
import { beginDirectory, finishDirectory, pathsOf, type Identity } from "./data-directory.ts";
import { DirectoryLock } from "./directory-lock.ts";
import { HeadFile } from "./head-file.ts";
import { buildIndex } from "./index-build.ts";
import { openDatabase, writeFailed, type LevelDatabase } from "./level-database.ts";
import { openJournal } from "./level-journal.ts";
import { LevelLog, logWriteBufferBytes } from "./level-log.ts";

/** Bytes that are written with one sync. */
const batchBytes = 4 << 20;

export type Restoration = {
  readonly identity: Omit<Identity, "format">;
  /** Does what else belongs into the directory, before the groups are written. */
  readonly prepare?: () => Promise<void>;
  readonly groups: AsyncIterable<StoredGroup>;
  /** Says in the log, when it is there, what it is not the whole of. */
  readonly mark?: ((journal: Journal) => Promise<void>) | undefined;
};

/**
 * Makes a data directory where there is nothing. Broken off, the place counts as vacant.
 *
 * @returns the head of the log.
 * @throws EventoError DATA_NOT_EMPTY, JOURNAL_LOCKED, LOG_DAMAGED, and what `prepare`, `groups` and `mark` throw.
 */
export async function restoreJournal(directory: string, given: Restoration): Promise<JournalHead> {
  const head = await makeJournal(directory, given);
  return given.mark === undefined ? head : marked(directory, given.mark);
}

async function makeJournal(directory: string, given: Restoration): Promise<JournalHead> {
  await mkdir(directory, { recursive: true });
  const lock = await DirectoryLock.take(directory);
  try {
    await beginDirectory(directory, given.identity);
    await given.prepare?.();
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

async function marked(directory: string, mark: (journal: Journal) => Promise<void>): Promise<JournalHead> {
  const failures: Error[] = [];
  const { journal } = await openJournal({ directory, onFatal: (error) => failures.push(error) });
  try {
    await mark(journal);
  } finally {
    await journal.close();
  }
  for (const failure of failures) throw failure;
  return journal.head;
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
