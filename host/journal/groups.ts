// Reads groups of the log, and keeps the newest in memory: what follows the log closely never touches the disk.
import { invariant } from "../errors.ts";
import { groupBytesCachedMax } from "../limits.ts";
import type { Fatality } from "./fatality.ts";
import { logDamaged } from "./group-codec.ts";
import { Group } from "./group.ts";
import type { LogStore } from "./log-store.ts";
import type { Rows } from "./rows.ts";
import { positionTable, whole } from "./tables.ts";

export class Groups {
  readonly #log: LogStore;
  readonly #rows: Rows;
  readonly #fatality: Fatality;
  /** The newest groups of the log, without a gap. */
  readonly #newest: Group[] = [];
  #newestBytes = 0;
  /** Others that were used of late, and those that were used before: what falls out of the second is dropped. */
  #recent = new Map<number, Group>();
  #earlier = new Map<number, Group>();
  #recentBytes = 0;
  /** Being read: who asks for one of them meanwhile waits for the same. */
  readonly #loading = new Map<number, Promise<Group>>();

  constructor({ log, rows, fatality }: { log: LogStore; rows: Rows; fatality: Fatality }) {
    this.#log = log;
    this.#rows = rows;
    this.#fatality = fatality;
  }

  /** Adds the group that has just become the last of the log. */
  add(group: Group): void {
    this.#newest.push(group);
    this.#newestBytes += group.sizeBytes;
    // Dropped by the half, since taking from the front of an array moves all the rest.
    if (this.#newestBytes < groupBytesCachedMax) return;
    for (const oldest of this.#newest.splice(0, this.#newest.length >>> 1)) this.#newestBytes -= oldest.sizeBytes;
  }

  /** A group that is in memory. */
  held(number: number): Group | undefined {
    const [first] = this.#newest;
    if (first !== undefined && number >= first.number) return this.#newest[number - first.number];
    const recent = this.#recent.get(number);
    if (recent !== undefined) return recent;
    const earlier = this.#earlier.get(number);
    if (earlier !== undefined) this.#use(earlier);
    return earlier;
  }

  /** @throws EventoError LOG_DAMAGED when a group that is named somewhere is not there or not what was written. */
  async get(number: number): Promise<Group> {
    const held = this.held(number);
    if (held !== undefined) return held;
    const [group] = await this.load(new Set([number]));
    invariant(group !== undefined, "one group is loaded when one is asked for");
    return group;
  }

  /** Groups that are not in memory, in the order asked for: read from the disk together. @throws as `get` */
  load(numbers: ReadonlySet<number>): Promise<readonly Group[]> {
    const missing = [...numbers].filter((number) => !this.#loading.has(number));
    if (missing.length > 0) {
      const reading = this.#log.getMany(missing);
      for (const [index, number] of missing.entries()) {
        const loading = reading.then((values) => this.#loaded(number, values[index]));
        this.#loading.set(number, loading);
        const forget = (): unknown => this.#loading.delete(number);
        loading.then(forget, forget);
      }
    }
    return Promise.all(Array.from(numbers, (number) => this.#loading.get(number) ?? this.get(number)));
  }

  /** Number of the group that holds the event with a position, which is in the log. */
  async numberAt(position: number): Promise<number> {
    const [first] = this.#newest;
    if (first !== undefined && position >= first.firstPosition) return this.#newestAt(position).number;
    const found = await this.#rows.last(positionTable, whole, position);
    if (found === undefined) throw this.#fatality.raise(logDamaged(0, `found no group for the position ${position}`));
    return found.row;
  }

  /** Groups from one number to another, in order; what is not in memory is read ahead. */
  async *from(first: number, last: number): AsyncGenerator<Group> {
    let number = first;
    while (number <= last) {
      const held = this.held(number);
      if (held === undefined) number = yield* this.#stored(number, last);
      else {
        yield held;
        number++;
      }
    }
  }

  /** Groups from the disk until one is in memory. @returns the number after the last. */
  async *#stored(first: number, last: number): AsyncGenerator<Group, number> {
    let number = first;
    for await (const stored of this.#log.after(first - 1)) {
      if (stored.number !== number) break;
      yield this.#read(number, stored.value);
      number++;
      if (number > last || this.held(number) !== undefined) return number;
    }
    throw this.#fatality.raise(logDamaged(number, "found nothing"));
  }

  #newestAt(position: number): Group {
    let low = 0;
    let high = this.#newest.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#newest[middle]?.lastPosition ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    const group = this.#newest[low];
    if (group === undefined) throw new Error(`invariant broken: the position ${position} is after the end of the log`);
    return group;
  }

  #loaded(number: number, value: Uint8Array | undefined): Group {
    if (value === undefined) throw this.#fatality.raise(logDamaged(number, "found nothing"));
    const group = this.#read(number, value);
    this.#use(group);
    return group;
  }

  #use(group: Group): void {
    this.#recent.set(group.number, group);
    this.#recentBytes += group.sizeBytes;
    if (this.#recentBytes < groupBytesCachedMax / 2) return;
    this.#earlier = this.#recent;
    this.#recent = new Map();
    this.#recentBytes = 0;
  }

  #read(number: number, value: Uint8Array): Group {
    try {
      return Group.read(number, value);
    } catch (error) {
      throw error instanceof Error ? this.#fatality.raise(error) : error;
    }
  }
}
