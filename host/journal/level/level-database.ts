// LevelDB as the journal uses it: never made by accident, its errors told in the host's words.
import { Level } from "level";

import { descriptorShares } from "../../descriptors.ts";
import { EventoError } from "../../errors.ts";

export type LevelDatabase = Level<Uint8Array, Uint8Array>;

/** @throws EventoError DATA_UNREADABLE; JOURNAL_WRITE_FAILED when there is no room for what LevelDB writes as it opens */
export async function openDatabase(
  path: string,
  { createIfMissing, writeBufferBytes }: { createIfMissing: boolean; writeBufferBytes: number },
): Promise<LevelDatabase> {
  const db: LevelDatabase = new Level(path, {
    keyEncoding: "buffer",
    valueEncoding: "buffer",
    createIfMissing,
    writeBufferSize: writeBufferBytes,
    maxOpenFiles: descriptorShares().filesPerDatabase,
  });
  try {
    await db.open();
  } catch (cause) {
    if (isWantOfRoom(cause)) throw writeFailed(`the database at ${path}`, cause);
    throw databaseUnreadable(`found a database that LevelDB can't open at ${path}`, cause);
  }
  return db;
}

export function databaseUnreadable(what: string, cause?: unknown): EventoError {
  return new EventoError("DATA_UNREADABLE", what, {
    cause,
    hint: "restore the data directory from a backup; never run a repair on it, which makes damage look sound",
  });
}

/** What a failed write ends the journal with. */
export function writeFailed(what: string, cause: unknown): EventoError {
  return new EventoError("JOURNAL_WRITE_FAILED", `${what} could not be written`, {
    cause,
    hint: "free disk space or mend the disk, then start again",
  });
}

/** LevelDB passes on what the system says, in words alone. */
function isWantOfRoom(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /No space left on device|File too large|Disk quota exceeded/.test(error.message) || isWantOfRoom(error.cause);
}
