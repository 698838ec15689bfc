// Group commit: whatever arrived while the last write was under way goes into the next group, as one value, synced once.
// The first failed write ends it: LevelDB acknowledges writes after one that are gone after a restart (measured).
import { EventoError } from "../errors.ts";
import { groupBytesMax, groupEntriesMax, journalPendingBytesMax } from "../limits.ts";
import type { JournalEntry } from "../ports/journal.ts";
import { encodeGroup } from "./group-codec.ts";
import type { LogStore } from "./log-store.ts";

/** A group that became durable. */
export type Committed = {
  readonly number: number;
  readonly firstPosition: number;
  readonly eventCount: number;
  readonly value: Uint8Array;
  readonly chain: Uint8Array;
  /** Events with their positions. */
  readonly entries: readonly JournalEntry[];
};

type Filling = {
  readonly firstPosition: number;
  eventCount: number;
  sizeBytes: number;
  readonly entries: JournalEntry[];
  readonly encoded: Uint8Array[];
  readonly durable: PromiseWithResolvers<void>;
};

export class GroupCommit {
  readonly #log: LogStore;
  readonly #onCommitted: (committed: Committed) => void;
  readonly #onFailed: (error: EventoError) => void;
  #number: number;
  #chain: Uint8Array;
  #nextPosition: number;
  readonly #waiting: Filling[] = [];
  #pendingBytes = 0;
  #running: Promise<void> | undefined;
  #failure: EventoError | undefined;
  #roomWaiters: (() => void)[] = [];

  constructor(given: {
    log: LogStore;
    /** The last durable group. */
    last: { number: number; chain: Uint8Array; position: number };
    onCommitted: (committed: Committed) => void;
    onFailed: (error: EventoError) => void;
  }) {
    this.#log = given.log;
    this.#number = given.last.number;
    this.#chain = given.last.chain;
    this.#nextPosition = given.last.position + 1;
    this.#onCommitted = given.onCommitted;
    this.#onFailed = given.onFailed;
  }

  /** Position that the next event will get. */
  get nextPosition(): number {
    return this.#nextPosition;
  }

  /** Adds the entries of one append, which stay together. Events have their positions already, from `nextPosition` on. */
  add(entries: readonly JournalEntry[], encoded: readonly Uint8Array[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const sizeBytes = encoded.reduce((sum, bytes) => sum + bytes.length, 0);
    const filling = this.#fillingFor(sizeBytes, entries.length);
    for (const entry of entries) {
      filling.entries.push(entry);
      if (entry.kind === "event") {
        filling.eventCount++;
        this.#nextPosition++;
      }
    }
    filling.encoded.push(...encoded);
    filling.sizeBytes += sizeBytes;
    this.#pendingBytes += sizeBytes;
    this.#running ??= this.#run();
    return filling.durable.promise;
  }

  /** Waits until less than the bound waits to be written. */
  async room(): Promise<void> {
    while (this.#pendingBytes > journalPendingBytesMax && this.#failure === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#roomWaiters.push(resolve);
      await promise;
    }
  }

  /** Waits until nothing waits to be written. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  #fillingFor(sizeBytes: number, entryCount: number): Filling {
    const last = this.#waiting.at(-1);
    const fits =
      last !== undefined &&
      last.sizeBytes + sizeBytes <= groupBytesMax &&
      last.entries.length + entryCount <= groupEntriesMax;
    if (fits) return last;
    const filling: Filling = {
      firstPosition: this.#nextPosition,
      eventCount: 0,
      sizeBytes: 0,
      entries: [],
      encoded: [],
      durable: Promise.withResolvers<void>(),
    };
    // The engine may look at several appends of one group; one that nobody waits for must not end the process by itself.
    filling.durable.promise.catch(() => {});
    this.#waiting.push(filling);
    return filling;
  }

  async #run(): Promise<void> {
    // What comes in during the same tick belongs to the same group.
    await Promise.resolve();
    for (let filling = this.#waiting.shift(); filling !== undefined; filling = this.#waiting.shift()) {
      try {
        await this.#write(filling);
      } catch (error) {
        this.#fail(filling, error);
        break;
      }
    }
    this.#running = undefined;
  }

  async #write(filling: Filling): Promise<void> {
    const { firstPosition, eventCount, entries } = filling;
    const group = this.#number + 1;
    const { value, chain } = encodeGroup({
      group,
      firstPosition,
      eventCount,
      entries: filling.encoded,
      previousChain: this.#chain,
    });
    await this.#log.put(group, value);
    this.#number = group;
    this.#chain = chain;
    this.#pendingBytes -= filling.sizeBytes;
    this.#onCommitted({ number: group, firstPosition, eventCount, value, chain, entries });
    filling.durable.resolve();
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const wake of waiters) wake();
  }

  #fail(filling: Filling, cause: unknown): void {
    const failure = new EventoError("JOURNAL_FAILED", `the journal could not write group ${this.#number + 1}`, {
      cause,
      hint: "whether the group is there is known after a restart; free disk space or mend the disk, then start again",
    });
    this.#failure = failure;
    filling.durable.reject(failure);
    for (const later of this.#waiting.splice(0)) later.durable.reject(failure);
    for (const wake of this.#roomWaiters.splice(0)) wake();
    this.#onFailed(failure);
  }
}
