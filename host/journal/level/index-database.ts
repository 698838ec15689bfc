// An index on disk, and what of the log it reflects.
import { EventoError } from "../../errors.ts";
import { emptyChain } from "../group-codec.ts";
import { checkpointTable, whole, type Checkpoint } from "../tables.ts";
import { damagedFilesIn } from "./database-files.ts";
import { openDatabase, type LevelDatabase } from "./level-database.ts";
import { indexDamaged } from "../rows.ts";
import { decodeRow, rowKey } from "./row-codec.ts";

/** Grows with every change of what the index holds; an index of another format is rebuilt. */
export const indexFormat = 2;

export const emptyCheckpoint: Checkpoint = { format: indexFormat, group: 0, position: 0, hash: emptyChain, time: 0 };

/** Bytes that LevelDB gathers in memory before it writes a table. */
const writeBufferBytes = 32 << 20;

/**
 * Opens an index once all its files were looked at: it has no chain by which a row that is missing would show.
 *
 * @throws EventoError INDEX_DAMAGED: an unreadable one is no loss, and the error says so; JOURNAL_WRITE_FAILED.
 */
export async function openIndex(path: string): Promise<LevelDatabase> {
  try {
    const [damaged] = await damagedFilesIn(path, "all");
    if (damaged === undefined) return await openDatabase(path, { createIfMissing: false, writeBufferBytes });
    throw indexDamaged(`found other bytes than were written in the file ${damaged}`);
  } catch (cause) {
    if (cause instanceof EventoError && cause.code !== "DATA_UNREADABLE") throw cause;
    throw indexDamaged("found no database that LevelDB can open in place", cause);
  }
}

/** Opens an index that is made at a place where there is none. */
export function makeIndex(path: string): Promise<LevelDatabase> {
  return openDatabase(path, { createIfMissing: true, writeBufferBytes });
}

/**
 * Reads the checkpoint; that of an empty index when there is no row at all.
 *
 * @throws EventoError INDEX_DAMAGED when there are rows and no checkpoint, or one of another format.
 */
export async function readCheckpoint(db: LevelDatabase): Promise<Checkpoint> {
  const key = rowKey(checkpointTable, whole);
  const { stored, empty } = await storedCheckpoint(db, key);
  if (stored === undefined) {
    if (empty) return emptyCheckpoint;
    throw indexDamaged("found rows and no checkpoint");
  }
  const checkpoint = decodeRow(checkpointTable, key, stored);
  if (checkpoint.format !== indexFormat)
    throw indexDamaged(`found the format ${checkpoint.format}, expected ${indexFormat},`);
  return checkpoint;
}

async function storedCheckpoint(
  db: LevelDatabase,
  key: Uint8Array,
): Promise<{ stored: Uint8Array | undefined; empty: boolean }> {
  const iterator = db.keys({ limit: 1 });
  try {
    return { stored: db.getSync(key), empty: (await iterator.next()) === undefined };
  } catch (cause) {
    throw indexDamaged("found bytes that LevelDB can't read in the checkpoint", cause);
  } finally {
    await iterator.close();
  }
}
