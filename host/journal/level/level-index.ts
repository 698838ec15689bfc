// The index on LevelDB: changes stay in memory and are written behind, in synced batches that say which group they reflect.
// So the index is never ahead of itself: what it lacks is projected again from the log.
import { crc32 } from "node:zlib";

import type { Level } from "level";

import { EventoError } from "../../errors.ts";
import { indexBytesMax, indexRowsMax } from "../../limits.ts";
import { MemoryRows } from "../memory-rows.ts";
import { decodeNumber, encodeNumber } from "../row-codec.ts";
import { checkpointKey } from "../row-keys.ts";
import type { Range, Row, RowChange, Rows } from "../rows.ts";

const crcBytes = 4;

/** Longest time that a change waits in memory. */
const flushMs = 500;

export class LevelIndex implements Rows {
  readonly #db: Level<Uint8Array, Uint8Array>;
  readonly #onFatal: (error: unknown) => void;
  /** Changes since the last write began, and those of the write under way. */
  #waiting = new MemoryRows();
  #writing: MemoryRows | undefined;
  /** Last group whose changes are among `waiting`. */
  #reflected: number;
  #flushing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(db: Level<Uint8Array, Uint8Array>, reflected: number, onFatal: (error: unknown) => void) {
    this.#db = db;
    this.#reflected = reflected;
    this.#onFatal = onFatal;
  }

  static async open(given: {
    db: Level<Uint8Array, Uint8Array>;
    onFatal: (error: unknown) => void;
  }): Promise<LevelIndex> {
    const value = await given.db.get(checkpointKey);
    const reflected = value === undefined ? 0 : decodeNumber(unsealed(checkpointKey, value));
    return new LevelIndex(given.db, reflected, given.onFatal);
  }

  /** The last group that the index reflects, in memory or on disk. */
  get reflected(): number {
    return this.#reflected;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    const known = this.#known(key);
    if (known !== undefined) return known ?? undefined;
    return this.#stored(key);
  }

  async range(range: Range): Promise<readonly Row[]> {
    // Taken before the read below, so that a write that ends meanwhile hides nothing.
    const overlays = [this.#waiting, ...(this.#writing === undefined ? [] : [this.#writing])];
    const known = new Map<string, Row | null>();
    for (const overlay of overlays.toReversed())
      for (const { key, value } of overlay.range(range)) known.set(hexOf(key), value === null ? null : { key, value });
    const rows: Row[] = [];
    const fresh = [...known.values()].filter((row) => row !== null).toSorted(compare);
    if (range.reverse === true) fresh.reverse();
    const { from, to, reverse = false } = range;
    const sign = reverse ? -1 : 1;
    let next = 0;
    if (range.limit > 0)
      for await (const [key, value] of this.#db.iterator({ gte: from, lt: to, reverse })) {
        for (let row = fresh[next]; row !== undefined && sign * Buffer.compare(row.key, key) < 0; row = fresh[next]) {
          rows.push(row);
          next++;
          if (rows.length >= range.limit) return rows;
        }
        if (known.has(hexOf(key))) continue;
        rows.push({ key, value: unsealed(key, value) });
        if (rows.length >= range.limit) return rows;
      }
    for (const row of fresh.slice(next, next + range.limit - rows.length)) rows.push(row);
    return rows;
  }

  change(changes: readonly RowChange[]): void {
    for (const change of changes) this.#change(change);
    if (this.#waiting.count >= indexRowsMax || this.#waiting.sizeBytes >= indexBytesMax) this.#flushSoon(0);
    else this.#flushSoon(flushMs);
  }

  /** Says that the changes so far are those of all groups up to this one. */
  reflect(group: number): void {
    this.#reflected = group;
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    while (this.#flushing !== undefined) await this.#flushing;
    if (this.#waiting.count === 0) return;
    this.#flushing = this.#write().finally(() => (this.#flushing = undefined));
    await this.#flushing;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.flush();
  }

  #flushSoon(delayMs: number): void {
    if (this.#flushing !== undefined || (this.#timer !== undefined && delayMs > 0)) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.flush().catch(this.#onFatal);
    }, delayMs);
  }

  async #write(): Promise<void> {
    const rows = this.#waiting;
    this.#writing = rows;
    this.#waiting = new MemoryRows();
    rows.change({ key: checkpointKey, value: encodeNumber(this.#reflected) });
    const operations = Array.from(rows.all(), ({ key, value }) =>
      value === null ? ({ type: "del", key } as const) : ({ type: "put", key, value: sealed(key, value) } as const),
    );
    await this.#db.batch(operations, { sync: true });
    this.#writing = undefined;
  }

  #change(change: RowChange): void {
    // A row that came and went before it was ever written costs nothing.
    const fresh =
      change.value === null && this.#waiting.get(change.key) != null && this.#writing?.get(change.key) === undefined;
    if (fresh && this.#db.getSync(change.key) === undefined) this.#waiting.forget(change.key);
    else this.#waiting.change(change);
  }

  #known(key: Uint8Array): Uint8Array | null | undefined {
    const waiting = this.#waiting.get(key);
    return waiting === undefined ? this.#writing?.get(key) : waiting;
  }

  #stored(key: Uint8Array): Uint8Array | undefined {
    const value = this.#db.getSync(key);
    return value === undefined ? undefined : unsealed(key, value);
  }
}

function compare(one: Row, other: Row): number {
  return Buffer.compare(one.key, other.key);
}

function hexOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1");
}

/** A row's value as it is stored: a CRC-32 over key and value before it. LevelDB shows a flipped bit in a third of the cases only. */
export function sealed(key: Uint8Array, value: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(value.length + crcBytes);
  bytes.writeUInt32BE(crc32(value, crc32(key)));
  bytes.set(value, crcBytes);
  return bytes;
}

/** @throws EventoError INDEX_DAMAGED when the value is not what was once stored under the key. */
export function unsealed(key: Uint8Array, stored: Uint8Array): Uint8Array {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  const value = bytes.subarray(crcBytes);
  if (bytes.length < crcBytes || bytes.readUInt32BE() !== crc32(value, crc32(key)))
    throw new EventoError("INDEX_DAMAGED", "found an index row whose checksum does not fit", {
      hint: "stop the host and rebuild the index with `evento reindex`; the log is the truth",
    });
  return value;
}
