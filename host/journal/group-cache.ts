// Reads groups of the log, and keeps the newest read in memory: what follows the log closely never touches the disk.
import { EventoError } from "../errors.ts";
import { groupBytesCachedMax } from "../limits.ts";
import { Group } from "./group-codec.ts";
import type { LogStore } from "./log-store.ts";

export class GroupCache {
  readonly #log: LogStore;
  /** In the order of use. */
  readonly #groups = new Map<number, Group>();
  #sizeBytes = 0;

  constructor({ log }: { log: LogStore }) {
    this.#log = log;
  }

  /** @throws EventoError LOG_DAMAGED when a group that is named somewhere is not there or not what was written. */
  async get(number: number): Promise<Group> {
    const known = this.#groups.get(number);
    if (known !== undefined) {
      this.#groups.delete(number);
      this.#groups.set(number, known);
      return known;
    }
    const value = await this.#log.get(number);
    if (value === undefined)
      throw new EventoError("LOG_DAMAGED", `found no group ${number} in the log, expected it since others name it`, {
        hint: "stop the host, look with `evento verify`, and restore the data directory from a backup",
      });
    const group = new Group(number, value);
    this.add(group);
    return group;
  }

  add(group: Group): void {
    this.#groups.set(group.number, group);
    this.#sizeBytes += group.sizeBytes;
    for (const [number, oldest] of this.#groups) {
      if (this.#sizeBytes <= groupBytesCachedMax || number === group.number) break;
      this.#groups.delete(number);
      this.#sizeBytes -= oldest.sizeBytes;
    }
  }
}
