// Compares an index with one that was just made from the log: both are walked in the order of their keys, so that a row that is
// only in one of them shows whichever it is.
import type { LevelDatabase } from "./level-database.ts";
import { indexDamaged } from "../rows.ts";
import { decodeRow, requireSound, rowKey } from "./row-codec.ts";
import { checkpointTable, stateTable, streamTable } from "../tables.ts";

const rowsReadAtOnce = 1_000;
type StoredRow = readonly [key: Uint8Array, value: Uint8Array];

export type IndexComparison = {
  readonly index: LevelDatabase;
  /** The same rows as they follow from the log. */
  readonly expected: LevelDatabase;
  /** Called with each difference. */
  readonly onFault: (fault: Error) => void;
  /** Called with the number of rows so far. */
  readonly onRows?: (count: number) => void;
};

/** @returns the number of the index's rows. */
export async function compareIndexes({ index, expected, onFault, onRows }: IndexComparison): Promise<number> {
  const followed = rowsOf(expected);
  let next = await nextIn(followed);
  let rowCount = 0;
  for await (const [key, value] of rowsOf(index)) {
    rowCount++;
    if (rowCount % rowsReadAtOnce === 0) onRows?.(rowCount);
    if (key[0] === checkpointTable.family) continue;
    if (key[0] === stateTable.family) {
      checkState(key, value, expected, onFault);
      continue;
    }
    while (next !== undefined && Buffer.compare(next[0], key) < 0) {
      onFault(indexDamaged(`found no row ${nameOf(next[0])}, which follows from the log,`));
      next = await nextIn(followed);
    }
    if (next === undefined || Buffer.compare(next[0], key) !== 0) {
      onFault(indexDamaged(`found the row ${nameOf(key)}, which does not follow from the log,`));
      continue;
    }
    if (Buffer.compare(next[1], value) !== 0) onFault(differenceIn(key, value));
    next = await nextIn(followed);
  }
  for (; next !== undefined; next = await nextIn(followed))
    onFault(indexDamaged(`found no row ${nameOf(next[0])}, which follows from the log,`));
  onRows?.(rowCount);
  return rowCount;
}

/** A kept state is no consequence of the log, but may not run ahead of it. */
function checkState(
  key: Uint8Array,
  value: Uint8Array,
  expected: LevelDatabase,
  onFault: (fault: Error) => void,
): void {
  try {
    const { aggregate, sequence } = decodeRow(stateTable, key, value);
    const streamKey = rowKey(streamTable, aggregate);
    const stream = expected.getSync(streamKey);
    if (stream !== undefined && decodeRow(streamTable, streamKey, stream).sequence >= sequence) return;
    onFault(indexDamaged(`found a state of ${aggregate} at ${sequence}, which the log does not reach,`));
  } catch (error) {
    onFault(error instanceof Error ? error : new Error(String(error)));
  }
}

function differenceIn(key: Uint8Array, value: Uint8Array): Error {
  try {
    requireSound(key, value);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  return indexDamaged(`found another value than follows from the log in the row ${nameOf(key)}`);
}

/** Rows of an index, without those that are not made from the log. */
async function* rowsOf(db: LevelDatabase): AsyncGenerator<StoredRow> {
  const iterator = db.iterator();
  try {
    for (;;) {
      const rows = await iterator.nextv(rowsReadAtOnce);
      if (rows.length === 0) return;
      yield* rows;
    }
  } catch (cause) {
    throw indexDamaged("found bytes that LevelDB can't read in a row", cause);
  } finally {
    await iterator.close();
  }
}

/** The next row that follows from the log. */
async function nextIn(rows: AsyncGenerator<StoredRow>): Promise<StoredRow | undefined> {
  for (;;) {
    const { value, done } = await rows.next();
    if (done === true) return undefined;
    if (value[0][0] !== checkpointTable.family) return value;
  }
}

function nameOf(key: Uint8Array): string {
  return JSON.stringify(Buffer.from(key).toString("latin1"));
}
