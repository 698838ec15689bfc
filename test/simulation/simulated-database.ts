// LevelDB as the journal uses it, on a medium that keeps what was synced and, at a crash, as much of the rest as chance will have:
// batches in their order, each whole or not at all, as LevelDB's own log has them.
import type { LevelDatabase } from "../../host/journal/level/level-database.ts";
import type { Life, World } from "./world.ts";

type Change = { readonly key: string; readonly value: Uint8Array | undefined };
type Batch = readonly Change[];
type Row = [key: Uint8Array, value: Uint8Array];

const writeFailure = 0.0008;

/** What outlives the host. Keys are texts of one byte a character. */
export class Medium {
  #synced: Map<string, Uint8Array>;
  #unsynced: Batch[] = [];

  constructor(rows: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.#synced = new Map(rows);
  }

  get rows(): ReadonlyMap<string, Uint8Array> {
    return this.#synced;
  }

  write(batch: Batch): void {
    this.#unsynced.push(batch);
  }

  /** Makes everything up to a batch durable. */
  sync(batch: Batch): void {
    const count = this.#unsynced.indexOf(batch) + 1;
    for (const synced of this.#unsynced.splice(0, count)) apply(this.#synced, synced);
  }

  /** What was not synced is gone, but for the first batches. @param kept - draws how many of so many. */
  crash(kept: (count: number) => number): void {
    for (const batch of this.#unsynced.splice(0, kept(this.#unsynced.length))) apply(this.#synced, batch);
    this.#unsynced = [];
  }

  /** Puts an older copy, or nothing, in place of all. */
  replace(rows: ReadonlyMap<string, Uint8Array>): void {
    this.#synced = new Map(rows);
    this.#unsynced = [];
  }
}

function apply(rows: Map<string, Uint8Array>, batch: Batch): void {
  for (const { key, value } of batch)
    if (value === undefined) rows.delete(key);
    else rows.set(key, value);
}

type Given = { readonly world: World; readonly life: Life; readonly medium: Medium; readonly name: string };

/** A database in the hands of one life, as far as the journal calls it. */
export function openSimulatedDatabase({ world, life, medium, name }: Given): LevelDatabase {
  const rows = new Map(medium.rows);

  const write = async (batch: Batch): Promise<void> => {
    if (!life.alive) return world.outside(life, name);
    medium.write(batch);
    await world.outside(life, `${name}: ${batch.length} rows written`);
    if (world.fault(writeFailure)) {
      world.trace.add(`${name}: the write fails`);
      throw new Error("simulated: no space left on device");
    }
    medium.sync(batch);
    // Not before: a write under way is seen by no reader.
    apply(rows, batch);
  };

  const rowsIn = (range: Range): Row[] => {
    const keys = keysIn(rows, range).toSorted();
    if (range.reverse === true) keys.reverse();
    return keys.slice(0, range.limit ?? Infinity).map((key) => [bytesOf(key), rows.get(key) ?? new Uint8Array()]);
  };

  const iterator = (range: Range) => {
    // Read here, since LevelDB takes its snapshot when an iterator is made.
    const found = rowsIn(range);
    let next = 0;
    return {
      async next(): Promise<Row | undefined> {
        await world.outside(life, `${name}: row read`);
        return found[next++];
      },
      async nextv(count: number): Promise<Row[]> {
        if (next < found.length) await world.outside(life, `${name}: rows read`);
        next += count;
        return found.slice(next - count, next);
      },
      async close(): Promise<void> {},
    };
  };

  const database = {
    async put(key: Uint8Array, value: Uint8Array): Promise<void> {
      await write([{ key: textOf(key), value: copyOf(value) }]);
    },
    async getMany(keys: readonly Uint8Array[]): Promise<(Uint8Array | undefined)[]> {
      const values = keys.map((key) => rows.get(textOf(key)));
      await world.outside(life, `${name}: rows read`);
      return values;
    },
    getSync: (key: Uint8Array): Uint8Array | undefined => rows.get(textOf(key)),
    batch() {
      const changes: Change[] = [];
      const add = (key: Uint8Array, value?: Uint8Array): void => {
        // A long batch is put together with pauses.
        world.roundNeeded = true;
        changes.push({ key: textOf(key), value: value && copyOf(value) });
      };
      return { put: add, del: add, write: () => write(changes) };
    },
    iterator,
    keys(range: Range) {
      const rows = iterator(range);
      return { next: async () => (await rows.next())?.[0], close: () => rows.close() };
    },
    async close(): Promise<void> {},
  };
  // Only what is above is called.
  return database as unknown as LevelDatabase;
}

type Range = {
  readonly gt?: Uint8Array;
  readonly gte?: Uint8Array;
  readonly lt?: Uint8Array;
  readonly lte?: Uint8Array;
  readonly reverse?: boolean;
  readonly limit?: number;
};

function keysIn(rows: ReadonlyMap<string, Uint8Array>, { gt, gte, lt, lte }: Range): string[] {
  const after = gt === undefined ? undefined : textOf(gt);
  const from = gte === undefined ? "" : textOf(gte);
  const before = lt === undefined ? undefined : textOf(lt);
  const upTo = lte === undefined ? undefined : textOf(lte);
  const keys: string[] = [];
  for (const key of rows.keys())
    if (
      key >= from &&
      (after === undefined || key > after) &&
      (before === undefined || key < before) &&
      (upTo === undefined || key <= upTo)
    )
      keys.push(key);
  return keys;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

/** The writer may use its memory again. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return Buffer.from(bytes);
}
