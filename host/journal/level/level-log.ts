// The log on LevelDB: one value a group commit, written with fsync.
import { setImmediate } from "node:timers/promises";

import type { Fatality } from "../fatality.ts";
import { groupKey, logDamaged, numberOfGroupKey } from "../group-codec.ts";
import type { LogStore, StoredGroup } from "../log-store.ts";
import { writeFailed, type LevelDatabase } from "./level-database.ts";

/** Bytes that LevelDB gathers in memory before it writes a table. */
export const logWriteBufferBytes = 16 << 20;
/** What one step of a walk over the log reads ahead: little at first, since most walks are short, and twice as much each time. */
const readAheadBytes = 1 << 20;
const readAheadGroupsMin = 16;
const readAheadGroupsMax = 256;
/** Longest wait for the outcomes of what a group holds: a turn takes about half of it, and each outcome that comes saves a sync. */
const patienceMsMax = 1;

export class LevelLog implements LogStore {
  readonly #db: LevelDatabase;
  readonly #fatality: Fatality;
  readonly #room: (() => Promise<void>) | undefined;
  readonly #patienceMs: number;

  /** @param given - `room` holds writes back while the index can't follow; `patienceMs` 0 waits for one poll of the event loop. */
  constructor(given: { db: LevelDatabase; fatality: Fatality; room?: () => Promise<void>; patienceMs?: number }) {
    this.#db = given.db;
    this.#fatality = given.fatality;
    this.#room = given.room;
    this.#patienceMs = given.patienceMs ?? patienceMsMax;
  }

  async gather(isMoreToCome: () => boolean): Promise<void> {
    await this.#room?.();
    const until = performance.now() + this.#patienceMs;
    // Requests that came in with the same poll of the event loop belong to the same group. A timer could not be this short.
    do await setImmediate();
    while (isMoreToCome() && performance.now() < until);
  }

  async put(group: number, value: Uint8Array): Promise<void> {
    try {
      // The sync is what makes an acknowledged command survive power loss; grouping wins the speed back.
      await this.#db.put(groupKey(group), value, { sync: true });
    } catch (cause) {
      throw this.#fatality.raise(writeFailed(`group ${group} of the log`, cause));
    }
  }

  async getMany(groups: readonly number[]): Promise<readonly (Uint8Array | undefined)[]> {
    try {
      return await this.#db.getMany(groups.map(groupKey));
    } catch (cause) {
      throw this.#unreadable(groups[0] ?? 0, cause);
    }
  }

  /** Number of the last group; 0 in an empty log. */
  async last(): Promise<number> {
    const iterator = this.#db.keys({ reverse: true, limit: 1 });
    try {
      const key = await iterator.next();
      return key === undefined ? 0 : numberOfGroupKey(key);
    } catch (cause) {
      throw this.#unreadable(0, cause);
    } finally {
      await iterator.close();
    }
  }

  async *after(group: number): AsyncGenerator<StoredGroup> {
    const iterator = this.#db.iterator({ gt: groupKey(group), highWaterMarkBytes: readAheadBytes });
    let number = group;
    try {
      for (let count = readAheadGroupsMin; ; count = Math.min(2 * count, readAheadGroupsMax)) {
        const stored = await iterator.nextv(count);
        if (stored.length === 0) return;
        for (const [key, value] of stored) {
          number = numberOfGroupKey(key);
          yield { number, value };
        }
      }
    } catch (cause) {
      throw this.#unreadable(number + 1, cause);
    } finally {
      await iterator.close();
    }
  }

  #unreadable(group: number, cause: unknown): Error {
    return this.#fatality.raise(logDamaged(group, "found bytes that LevelDB can't read", cause));
  }
}
