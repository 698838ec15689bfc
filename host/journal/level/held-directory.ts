// A data directory that is held by one user alone, with its log open: what opening, verifying and reindexing have in common.
import { join } from "node:path";

import { logFileDamaged } from "../group-codec.ts";
import { readIdentity, pathsOf, type DataPaths, type Identity } from "./data-directory.ts";
import { DirectoryLock } from "./directory-lock.ts";
import { damagedFilesIn } from "./database-files.ts";
import { databaseUnreadable, openDatabase, type LevelDatabase } from "./level-database.ts";
import { logWriteBufferBytes } from "./level-log.ts";

export type HeldDirectory = {
  readonly identity: Identity;
  readonly paths: DataPaths;
  readonly logDb: LevelDatabase;
};

/**
 * Takes a data directory and opens its log.
 *
 * @param closing - closes the log and gives the directory back.
 * @param given - `withHoles` opens a log although LevelDB will leave out a part of what was written last.
 * @throws EventoError JOURNAL_LOCKED, DATA_UNKNOWN, DATA_FORMAT_UNKNOWN, DATA_INCOMPLETE, DATA_UNREADABLE, LOG_DAMAGED.
 */
export async function holdDirectory(
  directory: string,
  closing: AsyncDisposableStack,
  { withHoles = false }: { withHoles?: boolean } = {},
): Promise<HeldDirectory> {
  const identity = await readIdentity(directory);
  const lock = await DirectoryLock.take(directory);
  closing.defer(() => lock.release());
  const paths = pathsOf(directory);
  for (const name of await damagedFilesIn(paths.log, "journals")) requireReadable(paths.log, name, withHoles);
  const logDb = await openDatabase(paths.log, { createIfMissing: false, writeBufferBytes: logWriteBufferBytes });
  closing.defer(() => logDb.close());
  return { identity, paths, logDb };
}

/** @throws EventoError */
function requireReadable(path: string, name: string, withHoles: boolean): void {
  const isJournal = name.endsWith(".log");
  if (isJournal && withHoles) return;
  if (isJournal) throw logFileDamaged(name);
  // LevelDB deletes files that a MANIFEST does not name.
  throw databaseUnreadable(`found other bytes than were written in ${join(path, name)}`);
}
