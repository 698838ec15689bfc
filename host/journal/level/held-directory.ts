// A data directory that is held by one user alone, with its log open: what opening, verifying and reindexing have in common.
import { readIdentity, pathsOf, type DataPaths, type Identity } from "./data-directory.ts";
import { DirectoryLock } from "./directory-lock.ts";
import { openDatabase, type LevelDatabase } from "./level-database.ts";
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
 * @throws EventoError JOURNAL_LOCKED, DATA_UNKNOWN, DATA_FORMAT_UNKNOWN, DATA_INCOMPLETE, DATA_UNREADABLE.
 */
export async function holdDirectory(directory: string, closing: AsyncDisposableStack): Promise<HeldDirectory> {
  const identity = await readIdentity(directory);
  const lock = await DirectoryLock.take(directory);
  closing.defer(() => lock.release());
  const paths = pathsOf(directory);
  const logDb = await openDatabase(paths.log, { createIfMissing: false, writeBufferBytes: logWriteBufferBytes });
  closing.defer(() => logDb.close());
  return { identity, paths, logDb };
}
