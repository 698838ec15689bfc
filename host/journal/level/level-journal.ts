// The journal on LevelDB. Opening checks what can be checked without reading the whole log: the chain from the last checkpoint on,
// and that the log reaches as far as the head file says.
import { mkdir } from "node:fs/promises";

import { Level } from "level";

import { EventoError, invariant } from "../../errors.ts";
import type { Journal, JournalHead } from "../../ports/journal.ts";
import { emptyChain, Group } from "../group-codec.ts";
import { LogJournal, timeOf } from "../log-journal.ts";
import { entriesOf, project } from "../projection.ts";
import { isVacant, pathsOf, readIdentity, writeIdentity, type Identity } from "./data-directory.ts";
import { DirectoryLock } from "./directory-lock.ts";
import { HeadFile, type Anchor } from "./head-file.ts";
import { LevelIndex } from "./level-index.ts";
import { LevelLog } from "./level-log.ts";

type Db = Level<Uint8Array, Uint8Array>;

/** Bytes that LevelDB gathers in memory before it writes a table. */
const writeBufferBytes = 16 << 20;

export type OpenedJournal = { readonly journal: Journal; readonly identity: Identity };

/** Makes a data directory where there is nothing. @throws EventoError DATA_NOT_EMPTY */
export async function initJournal(directory: string): Promise<void> {
  // The identity comes last: a directory without one was never used, and is refused rather than guessed at.
  if (!(await isVacant(directory)))
    throw new EventoError(
      "DATA_NOT_EMPTY",
      `found files in ${directory}, expected nothing where a new data directory is to be`,
    );
  await writeIdentity(directory);
  const paths = pathsOf(directory);
  for (const path of [paths.log, paths.index]) {
    await mkdir(path, { recursive: true });
    const db = await openLevel(path, { createIfMissing: true });
    await db.close();
  }
}

/**
 * Opens the journal in a data directory.
 *
 * @param onFatal - called once when a write failed: acknowledge nothing more, and end the process.
 * @throws EventoError JOURNAL_LOCKED, DATA_UNKNOWN, DATA_INCOMPLETE, LOG_TRUNCATED, LOG_DAMAGED, INDEX_DAMAGED, INDEX_AHEAD.
 */
export async function openJournal(given: {
  directory: string;
  onFatal: (error: unknown) => void;
}): Promise<OpenedJournal> {
  const { directory, onFatal } = given;
  const identity = await readIdentity(directory);
  await using closing = new AsyncDisposableStack();
  const lock = await DirectoryLock.take(directory);
  closing.defer(() => lock.release());
  const paths = pathsOf(directory);
  const logDb = await openLevel(paths.log, { createIfMissing: false });
  closing.defer(() => logDb.close());
  const indexDb = await openLevel(paths.index, { createIfMissing: false });
  closing.defer(() => indexDb.close());
  const { head: headFile, anchor } = await HeadFile.open(paths.head);
  closing.defer(() => headFile.close());
  const log = new LevelLog({ db: logDb });
  const index = await LevelIndex.open({ db: indexDb, onFatal });
  const head = await catchUp({ log, index, anchor });
  // From here on the journal closes what it was opened with.
  const resources = closing.move();
  const journal = new LogJournal({
    log,
    rows: index,
    head,
    onFatal,
    onCommitted: ({ number, chain, firstPosition, eventCount }) => {
      index.reflect(number);
      headFile.write({ group: number, position: firstPosition + eventCount - 1, chain });
    },
    onClosed: async () => {
      await index.close();
      await resources.disposeAsync();
    },
  });
  return { journal, identity };
}

/** Projects what the index has not seen, and checks the log on the way. */
async function catchUp(given: { log: LevelLog; index: LevelIndex; anchor: Anchor | undefined }): Promise<JournalHead> {
  const { log, index, anchor } = given;
  const last = await log.last();
  if (anchor !== undefined && anchor.group > last)
    throw new EventoError(
      "LOG_TRUNCATED",
      `found ${last} groups in the log, expected at least ${anchor.group} (position ${anchor.position}): its end is cut off`,
      {
        hint: "restore the data directory from a backup; what was acknowledged is missing, so numbering must not go on",
      },
    );
  if (index.reflected > last)
    throw new EventoError(
      "LOG_TRUNCATED",
      `found ${last} groups in the log, expected at least the ${index.reflected} that the index has seen`,
      {
        hint: "restore the data directory from a backup",
      },
    );
  let head = await headAt(log, index.reflected);
  for await (const { number, value } of log.after(index.reflected)) {
    const group = new Group(number, value);
    group.requireChain(head.hash);
    invariant(
      group.firstPosition === head.position + 1,
      `group ${number} begins at ${group.firstPosition} after ${head.position}`,
    );
    const entries = entriesOf(group);
    project(index, group, entries);
    index.reflect(number);
    head = headOf(
      group,
      entries.reduce((latest, entry) => Math.max(latest, timeOf(entry)), head.time),
    );
  }
  if (anchor?.group === head.group && Buffer.compare(anchor.chain, head.hash) !== 0)
    throw new EventoError(
      "LOG_DAMAGED",
      `found another end of the log at group ${head.group} than the one that was written`,
      {
        hint: "files of another time or host lie in the data directory: restore it whole from a backup",
      },
    );
  return head;
}

async function headAt(log: LevelLog, number: number): Promise<JournalHead> {
  if (number === 0) return { group: 0, position: 0, hash: emptyChain, time: 0 };
  const value = await log.get(number);
  if (value === undefined)
    throw new EventoError("LOG_DAMAGED", `found no group ${number} in the log, which the index has seen`);
  const group = new Group(number, value);
  return headOf(
    group,
    entriesOf(group).reduce((latest, entry) => Math.max(latest, timeOf(entry)), 0),
  );
}

function headOf(group: Group, time: number): JournalHead {
  return { group: group.number, position: group.firstPosition + group.eventCount - 1, hash: group.chain, time };
}

/** @throws EventoError DATA_UNREADABLE */
async function openLevel(path: string, { createIfMissing }: { createIfMissing: boolean }): Promise<Db> {
  const db: Db = new Level(path, {
    keyEncoding: "view",
    valueEncoding: "view",
    createIfMissing,
    writeBufferSize: writeBufferBytes,
  });
  try {
    await db.open();
  } catch (cause) {
    throw new EventoError("DATA_UNREADABLE", `found a database that LevelDB can't open at ${path}`, {
      cause,
      hint: "restore the data directory from a backup; never run a repair on it, which makes damage look sound",
    });
  }
  return db;
}
