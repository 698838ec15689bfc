// The index on LevelDB. Changes stay in memory and are written behind, in synced batches that say which group they reflect: what
// the index lacks after a crash is projected again from the log.
import { setTimeout } from "node:timers";
import { setImmediate } from "node:timers/promises";

import { EventoError } from "../../errors.ts";
import { indexBytesMax, indexRowsMax } from "../../limits.ts";
import type { Fatality } from "../fatality.ts";
import { Overlay } from "../overlay.ts";
import type { Held, Partition } from "../partition.ts";
import { indexDamaged, type OrderedRow, type RowRange, type Rows } from "../rows.ts";
import { checkpointTable, stateTable, whole, type Checkpoint, type Order, type Table } from "../tables.ts";
import { writeFailed, type LevelDatabase } from "./level-database.ts";
import { decodeRow, orderOf, partitionKeys, rowKey, RowEncoder } from "./row-codec.ts";

/** Longest time that a change waits in memory before it is written behind. */
const flushMs = 1_000;
/** Rows that one step of a read over a range takes from LevelDB. */
const rowsReadAtOnce = 1_000;
/** Rows that a write behind encodes before it lets others go on: about a millisecond. */
const rowsEncodedAtOnce = 500;
const stateBytesAtOnce = 4 << 20;

/** Runs a task after a delay in milliseconds. Returns a function that cancels it. */
type Later = (delayMs: number, task: () => void) => () => void;

/** By the machine's time, without keeping the process alive: what is not written behind is projected again. */
const laterHere: Later = (delayMs, task) => {
  const timer = setTimeout(task, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
};

export class LevelRows implements Rows {
  readonly #db: LevelDatabase;
  readonly #fatality: Fatality;
  /** Changes since the last write behind began, and those of the one under way. */
  #waiting = new Overlay();
  #writing: Overlay | undefined;
  #checkpoint: Checkpoint;
  /** Rows put by this group or later are among those that wait, and nowhere else. */
  #waitingSince: number;
  #flushing: Promise<void> | undefined;
  readonly #later: Later;
  #cancelFlush: (() => void) | undefined;
  #closed = false;

  /** @param given - `checkpoint` is what the index on disk reflects; `later` gives the time of the writes behind. */
  constructor(given: { db: LevelDatabase; fatality: Fatality; checkpoint: Checkpoint; later?: Later }) {
    this.#db = given.db;
    this.#fatality = given.fatality;
    this.#later = given.later ?? laterHere;
    this.#checkpoint = given.checkpoint;
    this.#waitingSince = given.checkpoint.group + 1;
    this.#fatality.onRaise(() => this.#cancelFlush?.());
  }

  /** How far the changes so far reflect the log. */
  get checkpoint(): Checkpoint {
    return this.#checkpoint;
  }

  get<Row>(table: Table<Row>, partition: string, order?: Order): Row | undefined {
    const held = this.#heldRow(table, partition, order);
    if (held !== undefined) return held ?? undefined;
    const key = rowKey(table, partition, order);
    return this.#guarded(() => {
      const stored = this.#db.getSync(key);
      return stored === undefined ? undefined : decodeRow(table, key, stored);
    });
  }

  async range<Row>(table: Table<Row>, partition: string, range: RowRange): Promise<readonly OrderedRow<Row>[]> {
    if (range.limit <= 0) return [];
    const overlays = this.#overlaysOf(table, partition);
    // Begun before anything else happens, so that memory and disk are seen at one moment.
    const held = heldRows(overlays, range.after);
    const stored = this.#storedRows(table, partition, { after: range.after, limit: range.limit + held.length });
    const rows: OrderedRow<Row>[] = [];
    let next = 0;
    try {
      for await (const { order, row } of stored) {
        for (; next < held.length && rows.length < range.limit; next++) {
          const candidate = held[next];
          if (candidate === undefined || candidate.order >= order) break;
          pushThere(rows, candidate);
        }
        if (rows.length >= range.limit) return rows;
        if (held[next]?.order !== order) rows.push({ order, row });
        if (rows.length >= range.limit) return rows;
      }
    } catch (error) {
      throw this.#fatal(error);
    }
    for (; next < held.length && rows.length < range.limit; next++) {
      const candidate = held[next];
      if (candidate !== undefined) pushThere(rows, candidate);
    }
    return rows;
  }

  async last<Row>(table: Table<Row>, partition: string, upTo: number): Promise<OrderedRow<Row> | undefined> {
    for (const overlay of this.#overlaysOf(table, partition).toReversed()) {
      const order = overlay.lastUpTo(upTo);
      const row = order === undefined ? undefined : overlay.get(order);
      if (order !== undefined && row !== undefined && row !== null) return { order, row };
    }
    const iterator = this.#db.iterator({
      gte: rowKey(table, partition, 0),
      lte: rowKey(table, partition, upTo),
      reverse: true,
      limit: 1,
    });
    try {
      const found = await iterator.next();
      if (found === undefined) return undefined;
      const [key, value] = found;
      return { order: orderOf(table, partition, key), row: decodeRow(table, key, value) };
    } catch (error) {
      throw this.#fatal(error);
    } finally {
      await iterator.close();
    }
  }

  put<Row>(table: Table<Row>, partition: string, order: Order | undefined, row: Row): void {
    this.#waiting.of(table).set(partition, order, row);
    this.#flushLater();
  }

  keep<Row>(table: Table<Row>, partition: string, row: Row): void {
    this.put(table, partition, undefined, row);
    if (this.#isFull()) this.#startFlush();
  }

  remove<Row>(table: Table<Row>, partition: string, order: Order | undefined, bornIn: number): void {
    if (bornIn >= this.#waitingSince) this.#waiting.of(table).forget(partition, order);
    else this.#waiting.of(table).set(partition, order, null);
    this.#flushLater();
  }

  /** Says how far the changes so far reflect the log. */
  reflect(checkpoint: Checkpoint): void {
    this.#checkpoint = checkpoint;
    if (this.#isFull()) this.#startFlush();
  }

  /** Waits while so much waits to be written that no more should come. */
  async room(): Promise<void> {
    while (this.#isFull() && this.#flushing !== undefined && this.#fatality.error === undefined) await this.#flushing;
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    await this.#flushing;
    this.#startFlush();
    await this.#flushing;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelFlush?.();
    await this.flush();
  }

  #isFull(): boolean {
    return this.#waiting.rowCount >= indexRowsMax || this.#waiting.sizeBytes >= indexBytesMax;
  }

  #flushLater(): void {
    if (this.#cancelFlush !== undefined || this.#closed) return;
    this.#cancelFlush = this.#later(flushMs, () => {
      this.#cancelFlush = undefined;
      this.#startFlush();
    });
  }

  #startFlush(): void {
    if (this.#flushing !== undefined || this.#waiting.rowCount === 0 || this.#fatality.error !== undefined) return;
    this.#flushing = this.#flush();
  }

  async #flush(): Promise<void> {
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    const rows = this.#waiting;
    this.#writing = rows;
    this.#waiting = new Overlay();
    this.#waitingSince = this.#checkpoint.group + 1;
    rows.of(checkpointTable).set(whole, undefined, this.#checkpoint);
    try {
      await this.#write(rows);
      this.#writing = undefined;
    } catch (cause) {
      this.#fatality.raise(writeFailed("the index", cause));
    }
    this.#flushing = undefined;
  }

  /** Writes rows and checkpoint at one; states, which come last and may be lost, in batches of their own when they are many. */
  async #write(rows: Overlay): Promise<void> {
    const encoder = new RowEncoder();
    // Built row by row: a batch from an array costs three times as much, most of it in the binding.
    let batch = this.#db.batch();
    let stateBytes = 0;
    let rowCount = 0;
    const visits = rows.visit((table, partition, order, row) => {
      if (row === null) {
        batch.del(rowKey(table, partition, order));
        return;
      }
      const { key, value } = encoder.encode(table, partition, order, row);
      batch.put(key, value);
      if (table.family === stateTable.family) stateBytes += value.length;
    });
    for (const _ of visits) {
      rowCount++;
      // Whoever waits for an answer need not wait for all of the index.
      if (rowCount % rowsEncodedAtOnce === 0) await setImmediate();
      if (stateBytes < stateBytesAtOnce) continue;
      await batch.write({ sync: true });
      batch = this.#db.batch();
      stateBytes = 0;
    }
    await batch.write({ sync: true });
  }

  #heldRow<Row>(table: Table<Row>, partition: string, order: Order | undefined): Held<Row> | undefined {
    const waiting = this.#waiting.of(table).get(partition, order);
    return waiting === undefined ? this.#writing?.of(table).get(partition, order) : waiting;
  }

  /** What memory has of a partition, the older first. */
  #overlaysOf<Row>(table: Table<Row>, partition: string): Partition<Row>[] {
    const overlays = [this.#writing?.of(table).partition(partition), this.#waiting.of(table).partition(partition)];
    return overlays.filter((overlay) => overlay !== undefined);
  }

  #storedRows<Row>(table: Table<Row>, partition: string, { after, limit }: RowRange): AsyncIterable<OrderedRow<Row>> {
    const { first, end } = partitionKeys(table, partition);
    const start = after === undefined ? { gte: first } : { gt: rowKey(table, partition, after) };
    // LevelDB takes its snapshot here.
    const iterator = this.#db.iterator({ ...start, lt: end, limit });
    return {
      async *[Symbol.asyncIterator]() {
        try {
          for (;;) {
            const stored = await iterator.nextv(Math.min(limit, rowsReadAtOnce));
            if (stored.length === 0) return;
            for (const [key, value] of stored)
              yield { order: orderOf(table, partition, key), row: decodeRow(table, key, value) };
          }
        } finally {
          await iterator.close();
        }
      },
    };
  }

  #guarded<Value>(read: () => Value): Value {
    try {
      return read();
    } catch (error) {
      throw this.#fatal(error);
    }
  }

  /** Damage is fatal, never "not found". */
  #fatal(error: unknown): Error {
    if (error instanceof EventoError) return this.#fatality.raise(error);
    return this.#fatality.raise(indexDamaged("found bytes that LevelDB can't read in a row", error));
  }
}

/** What memory has of a range in order, removed rows among it. */
function heldRows<Row>(
  overlays: readonly Partition<Row>[],
  after: Order | undefined,
): { readonly order: Order; readonly row: Held<Row> }[] {
  const [older, newer] = overlays;
  if (older === undefined) return [];
  const rowsOf = (of: Partition<Row>, orders: Iterable<Order>) =>
    Array.from(orders, (order) => ({ order, row: of.get(order) ?? null }));
  if (newer === undefined) return rowsOf(older, older.orders(after));
  const orders = new Set([...older.orders(after), ...newer.orders(after)]);
  return [...orders]
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((order) => ({ order, row: (newer.get(order) === undefined ? older.get(order) : newer.get(order)) ?? null }));
}

function pushThere<Row>(
  rows: OrderedRow<Row>[],
  { order, row }: { readonly order: Order; readonly row: Held<Row> },
): void {
  if (row !== null) rows.push({ order, row });
}
