// Makes a log that lost its end one that a host can go on with, when that loss is accepted. The sound groups are copied into a
// directory within the directory, as a log with an identity of its own: positions after the cut are given to other events, and
// nothing that was written under the old identity, in a topic or in snapshots, may be taken for the new log's. That the directory
// has its name says that it is whole; then its parts take their places. The old log is kept beside, as it is.
//
//   recovered.new/ ──whole──► recovered/ ──log, index, head, EVENTO──► the data directory
import { rename, rm } from "node:fs/promises";

import { invariant } from "../../errors.ts";
import { Fatality } from "../fatality.ts";
import type { StoredGroup } from "../log-store.ts";
import type { Journal, JournalHead } from "../../ports/journal.ts";
import { syncDirectory } from "../../storage/durable-file.ts";
import { identityIn, isThere, pathsOf, successorOf } from "./data-directory.ts";
import { DirectoryLock } from "./directory-lock.ts";
import { holdDirectory } from "./held-directory.ts";
import type { JournalProgress } from "./journal-progress.ts";
import { LevelLog } from "./level-log.ts";
import { findLoss, type LogLoss } from "./log-loss.ts";
import { emptyHead, walkLog } from "./log-walk.ts";
import { restoreJournal } from "./restored-journal.ts";

export type Recovery =
  | { readonly kind: "sound"; readonly log: string }
  /** What would be lost: nothing was changed. */
  | { readonly kind: "loss"; readonly log: string; readonly loss: LogLoss }
  /** A recovery that had been broken off has ended now. */
  | { readonly kind: "finished" }
  | {
      readonly kind: "recovered";
      /** Identity that the log had, and the one that it has now. */
      readonly previous: string;
      readonly log: string;
      readonly loss: LogLoss;
      readonly head: JournalHead;
      /** Where the old log is. */
      readonly lostPath: string;
    };

export type RecoveryOptions = {
  readonly acceptLoss: boolean;
  /** Writes into the log what was lost. */
  readonly mark: (journal: Journal, loss: LogLoss, previousLog: string) => Promise<void>;
  readonly onProgress?: (progress: JournalProgress) => void;
};

/** @throws EventoError as `holdDirectory`; LOG_DAMAGED when log and head file are of two times; what writing fails with. */
export async function recoverLog(
  directory: string,
  { acceptLoss, mark, onProgress }: RecoveryOptions,
): Promise<Recovery> {
  const paths = pathsOf(directory);
  if (await isThere(paths.recovered)) return finish(directory);
  await using closing = new AsyncDisposableStack();
  const { identity, logDb } = await holdDirectory(directory, closing, { withHoles: true });
  const log = new LevelLog({ db: logDb, fatality: new Fatality() });
  const total = await log.last();
  const onHead = ({ group }: JournalHead): void => onProgress?.({ stage: "log", done: group, total });
  const loss = await findLoss(log, { paths, onHead });
  if (loss === undefined) return { kind: "sound", log: identity.id };
  if (!acceptLoss) return { kind: "loss", log: identity.id, loss };
  const successor = successorOf(identity, loss.kept.position);
  await rm(paths.newRecovered, { recursive: true, force: true });
  const head = await restoreJournal(paths.newRecovered, {
    identity: successor,
    groups: groupsUpTo(log, loss.kept.group),
    mark: (journal) => mark(journal, loss, identity.id),
  });
  await rename(paths.newRecovered, paths.recovered);
  await syncDirectory(directory);
  await logDb.close();
  await takeOver(directory);
  const lostPath = lostPathOf(directory, identity.id);
  return { kind: "recovered", previous: identity.id, log: successor.id, loss, head, lostPath };
}

async function* groupsUpTo(log: LevelLog, last: number): AsyncGenerator<StoredGroup> {
  if (last === 0) return;
  for await (const { group } of walkLog({ log, from: emptyHead, anchors: [] })) {
    yield { number: group.number, value: group.value };
    if (group.number === last) return;
  }
}

async function finish(directory: string): Promise<Recovery> {
  const lock = await DirectoryLock.take(directory);
  try {
    await takeOver(directory);
    return { kind: "finished" };
  } finally {
    await lock.release();
  }
}

/** Puts the parts of a whole recovery into their places, those that are not there yet; the identity comes last. */
async function takeOver(directory: string): Promise<void> {
  const paths = pathsOf(directory);
  const made = pathsOf(paths.recovered);
  if (await isThere(made.identity)) {
    const { predecessors = [] } = await identityIn(paths.recovered);
    const [previous] = predecessors;
    invariant(previous !== undefined, "a recovered log has one that it was recovered from");
    if (await isThere(made.log)) {
      if (await isThere(paths.log)) await rename(paths.log, lostPathOf(directory, previous.id));
      await rename(made.log, paths.log);
    }
    if (await isThere(made.index)) {
      await rm(paths.index, { recursive: true, force: true });
      await rename(made.index, paths.index);
    }
    if (await isThere(made.head)) await rename(made.head, paths.head);
    await syncDirectory(directory);
    await rename(made.identity, paths.identity);
    await syncDirectory(directory);
  }
  await rm(paths.recovered, { recursive: true });
}

function lostPathOf(directory: string, log: string): string {
  return `${pathsOf(directory).log}.lost-${log.slice(0, 8)}`;
}
