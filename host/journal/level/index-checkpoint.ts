// What of the log an index on disk reflects.
import { emptyChain } from "../group-codec.ts";
import { checkpointTable, whole, type Checkpoint } from "../tables.ts";
import type { LevelDatabase } from "./level-database.ts";
import { decodeRow, indexDamaged, rowKey } from "./row-codec.ts";

/** Grows with every change of what the index holds; an index of another format is rebuilt. */
export const indexFormat = 1;

export const emptyCheckpoint: Checkpoint = { format: indexFormat, group: 0, position: 0, hash: emptyChain, time: 0 };

/**
 * Reads the checkpoint; that of an empty index when there is no row at all.
 *
 * @throws EventoError INDEX_DAMAGED when there are rows and no checkpoint, or one of another format.
 */
export async function readCheckpoint(db: LevelDatabase): Promise<Checkpoint> {
  const key = rowKey(checkpointTable, whole);
  const stored = db.getSync(key);
  if (stored === undefined) {
    if (await isEmpty(db)) return emptyCheckpoint;
    throw indexDamaged("found rows and no checkpoint");
  }
  const checkpoint = decodeRow(checkpointTable, key, stored);
  if (checkpoint.format !== indexFormat)
    throw indexDamaged(`found the format ${checkpoint.format}, expected ${indexFormat},`);
  return checkpoint;
}

async function isEmpty(db: LevelDatabase): Promise<boolean> {
  const iterator = db.keys({ limit: 1 });
  try {
    return (await iterator.next()) === undefined;
  } finally {
    await iterator.close();
  }
}
