// The journal on LevelDB. Opening checks what can be checked without reading the whole log: the chain from the last checkpoint
// on, that no group is missing there, and that the log reaches as far as the head file and the index have seen.
import { mkdir } from "node:fs/promises";

import { Fatality } from "../fatality.ts";
import { LogJournal } from "../log-journal.ts";
import type { LogStore } from "../log-store.ts";
import type { Journal } from "../../ports/journal.ts";
import { beginDirectory, finishDirectory, pathsOf, type Identity } from "./data-directory.ts";
import { DirectoryLock } from "./directory-lock.ts";
import { HeadFile, readAnchor } from "./head-file.ts";
import { holdDirectory } from "./held-directory.ts";
import { catchUp } from "./index-build.ts";
import { indexFormat, openIndex, readCheckpoint } from "./index-database.ts";
import { openDatabase } from "./level-database.ts";
import { LevelLog, logWriteBufferBytes } from "./level-log.ts";
import { LevelRows } from "./level-rows.ts";
import { emptyHead } from "./log-walk.ts";

export type OpenedJournal = {
  readonly journal: Journal;
  readonly identity: Identity;
  /** The log under it, to be copied: groups are there once they are durable. */
  readonly store: Pick<LogStore, "after">;
};

/**
 * Makes a data directory where there is nothing, or nothing but what an init that did not end left behind.
 *
 * @throws EventoError DATA_NOT_EMPTY, JOURNAL_LOCKED.
 */
export async function initJournal(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  const lock = await DirectoryLock.take(directory);
  try {
    await beginDirectory(directory);
    const paths = pathsOf(directory);
    for (const path of [paths.log, paths.index]) {
      const db = await openDatabase(path, { createIfMissing: true, writeBufferBytes: logWriteBufferBytes });
      await db.close();
    }
    await HeadFile.create(paths.head, emptyHead);
    await finishDirectory(directory);
  } finally {
    await lock.release();
  }
}

/**
 * Opens the journal in a data directory.
 *
 * @param given - `onFatal` is called once when a write failed or damage was read: acknowledge nothing more, end the process.
 * @throws EventoError JOURNAL_LOCKED, DATA_UNKNOWN, DATA_FORMAT_UNKNOWN, DATA_INCOMPLETE, DATA_UNREADABLE, HEAD_DAMAGED,
 *   LOG_TRUNCATED, LOG_DAMAGED, INDEX_DAMAGED.
 */
export async function openJournal(given: {
  directory: string;
  onFatal: (error: Error) => void;
}): Promise<OpenedJournal> {
  const { directory, onFatal } = given;
  await using closing = new AsyncDisposableStack();
  const { identity, paths, logDb } = await holdDirectory(directory, closing);
  const anchor = await readAnchor(paths.head);
  const indexDb = await openIndex(paths.index);
  closing.defer(() => indexDb.close());
  const fatality = new Fatality();
  const rows = new LevelRows({ db: indexDb, fatality, checkpoint: await readCheckpoint(indexDb) });
  const log = new LevelLog({ db: logDb, fatality, room: () => rows.room() });
  const head = await catchUp(rows, { log, anchors: [anchor] });
  const headFile = await HeadFile.open(paths.head, fatality);
  closing.defer(() => headFile.close());
  headFile.write(head);
  // From here on the journal closes what it was opened with.
  const resources = closing.move();
  const journal = new LogJournal({
    log,
    rows,
    fatality,
    head,
    onCommitted: (committed) => {
      rows.reflect({ ...committed, format: indexFormat });
      headFile.write(committed);
    },
    onClosed: async () => {
      await rows.close();
      await resources.disposeAsync();
    },
  });
  // After the journal, which rejects what waits before anybody ends the process.
  fatality.onRaise(onFatal);
  return { journal, identity, store: log };
}
