// The log on LevelDB: one value a group commit, written with fsync.
import type { Level } from "level";

import { EventoError } from "../../errors.ts";
import { groupKey } from "../group-codec.ts";
import type { LogStore } from "../log-store.ts";

export class LevelLog implements LogStore {
  readonly #db: Level<Uint8Array, Uint8Array>;

  constructor({ db }: { db: Level<Uint8Array, Uint8Array> }) {
    this.#db = db;
  }

  async put(group: number, value: Uint8Array): Promise<void> {
    await this.#db.put(groupKey(group), value, { sync: true });
  }

  async get(group: number): Promise<Uint8Array | undefined> {
    return this.#db.get(groupKey(group));
  }

  /** Number of the last group; 0 in an empty log. */
  async last(): Promise<number> {
    for await (const key of this.#db.keys({ reverse: true, limit: 1 })) return numberOf(key);
    return 0;
  }

  /**
   * The groups after a number, in order.
   *
   * @throws EventoError LOG_DAMAGED at the first number that is missing.
   */
  async *after(number: number): AsyncGenerator<{ number: number; value: Uint8Array }> {
    let expected = number + 1;
    for await (const [key, value] of this.#db.iterator({ gt: groupKey(number) })) {
      const found = numberOf(key);
      if (found !== expected)
        throw new EventoError(
          "LOG_DAMAGED",
          `found group ${found} in the log, expected ${expected}: a group is missing`,
          {
            hint: "stop the host and restore the data directory from a backup",
          },
        );
      yield { number: found, value };
      expected++;
    }
  }
}

function numberOf(key: Uint8Array): number {
  return Number(Buffer.from(key.buffer, key.byteOffset, key.byteLength).readBigUInt64BE());
}
