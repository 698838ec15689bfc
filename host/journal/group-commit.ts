// Group commit: whatever arrived while the last write was under way goes into the next group, as one value, synced once.
// The first failed write ends it: LevelDB acknowledges writes after one that are gone after a restart (measured).
import { invariant } from "../errors.ts";
import { groupBytesMax, groupEntriesMax, journalPendingBytesMax } from "../limits.ts";
import type { JournalEntry, JournalHead } from "../ports/journal.ts";
import { journalFailed, type Fatality } from "./fatality.ts";
import { GroupBuilder } from "./group-codec.ts";
import { Group } from "./group.ts";
import type { LogStore } from "./log-store.ts";

/** A group that became durable, with its entries as they were appended: events without their positions. */
export type Committed = {
  readonly group: Group;
  readonly entries: readonly JournalEntry[];
  readonly head: JournalHead;
};

type Filling = {
  readonly number: number;
  readonly firstPosition: number;
  readonly builder: GroupBuilder;
  readonly entries: JournalEntry[];
  readonly durable: PromiseWithResolvers<void>;
  /** Commands beyond the outcomes among the entries. */
  undecidedCount: number;
};

/** A group of so many entries shares its sync among enough of them: it waits for no outcomes. */
const entriesSharing = 64;

export class GroupCommit {
  readonly #log: LogStore;
  readonly #fatality: Fatality;
  readonly #onCommitted: (committed: Committed) => void;
  #head: JournalHead;
  #nextPosition: number;
  /** Number of the last group that anything was put into. */
  #lastNumber: number;
  /** Groups that wait to be written; the last one takes appends. */
  readonly #waiting: Filling[] = [];
  #writing: Filling | undefined;
  #pendingBytes = 0;
  #running: Promise<void> | undefined;
  #roomWaiters: PromiseWithResolvers<void>[] = [];

  constructor(given: {
    log: LogStore;
    fatality: Fatality;
    head: JournalHead;
    onCommitted: (committed: Committed) => void;
  }) {
    this.#log = given.log;
    this.#fatality = given.fatality;
    this.#head = given.head;
    this.#nextPosition = given.head.position + 1;
    this.#lastNumber = given.head.group;
    this.#onCommitted = given.onCommitted;
    this.#fatality.onRaise((error) => this.#end(error));
  }

  /** Adds the entries of one append, which stay together. @returns the position of its first event. */
  add(
    entries: readonly JournalEntry[],
    admit: (group: number) => void,
  ): { firstPosition: number; durable: Promise<void> } {
    if (this.#fatality.error !== undefined) throw journalFailed(this.#fatality.error);
    const filling = this.#fillingFor(entries.length);
    admit(filling.number);
    const { builder } = filling;
    const sizeBefore = builder.sizeBytes;
    const eventsBefore = builder.eventCount;
    for (const entry of entries) {
      builder.add(entry);
      filling.entries.push(entry);
      if (entry.kind === "command") filling.undecidedCount++;
      else if (entry.kind === "outcome") filling.undecidedCount--;
    }
    const firstPosition = this.#nextPosition;
    this.#nextPosition += builder.eventCount - eventsBefore;
    this.#pendingBytes += builder.sizeBytes - sizeBefore;
    this.#running ??= this.#run();
    return { firstPosition, durable: filling.durable.promise };
  }

  /** Waits until less than the bound waits to be written. */
  async room(): Promise<void> {
    while (this.#pendingBytes >= journalPendingBytesMax) {
      if (this.#fatality.error !== undefined) throw journalFailed(this.#fatality.error);
      const waiter = Promise.withResolvers<void>();
      this.#roomWaiters.push(waiter);
      await waiter.promise;
    }
  }

  /** Waits until nothing waits to be written. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** The group that an append goes into. An append is never split, so a large one may go beyond the bounds alone. */
  #fillingFor(entryCount: number): Filling {
    const last = this.#waiting.at(-1);
    if (
      last !== undefined &&
      (last.entries.length === 0 || last.entries.length + entryCount <= groupEntriesMax) &&
      last.builder.sizeBytes < groupBytesMax
    )
      return last;
    const filling: Filling = {
      // Counted and not worked out from what is being written: an append may come between a group's end and the next one's start.
      number: ++this.#lastNumber,
      firstPosition: this.#nextPosition,
      builder: new GroupBuilder(),
      entries: [],
      durable: Promise.withResolvers<void>(),
      undecidedCount: 0,
    };
    // Several appends share the promise; one that nobody waits for must not end the process by its rejection.
    filling.durable.promise.catch(() => {});
    this.#waiting.push(filling);
    return filling;
  }

  /**
   * Whether the group to be written next lacks outcomes that mostly come within less time than a sync takes: a command and what
   * came of it then need one sync and not two.
   */
  #awaitsOutcomes(): boolean {
    const [next] = this.#waiting;
    return next !== undefined && next.undecidedCount > 0 && next.entries.length < entriesSharing;
  }

  async #run(): Promise<void> {
    try {
      while (this.#waiting.length > 0 && this.#fatality.error === undefined) {
        await this.#log.gather(() => this.#awaitsOutcomes());
        this.#writing = this.#waiting.shift();
        if (this.#writing !== undefined) await this.#write(this.#writing);
        this.#writing = undefined;
      }
    } catch (error) {
      this.#fatality.raise(error instanceof Error ? error : new Error(String(error)));
    }
    this.#running = undefined;
  }

  async #write(filling: Filling): Promise<void> {
    const { number, firstPosition, builder, entries, durable } = filling;
    invariant(number === this.#head.group + 1, `group ${number} is written after ${this.#head.group}`);
    invariant(
      firstPosition === this.#head.position + 1,
      `group ${number} begins at ${firstPosition} after ${this.#head.position}`,
    );
    const { value, chain, head } = builder.seal({
      group: number,
      firstPosition,
      time: this.#head.time,
      previousChain: this.#head.hash,
    });
    await this.#log.put(number, value);
    // A failure elsewhere while this was under way: nothing is acknowledged any more.
    if (this.#fatality.error !== undefined) return;
    const group = Group.written(number, value);
    this.#head = { group: number, position: group.lastPosition, hash: chain, time: head.time };
    this.#pendingBytes -= builder.sizeBytes;
    this.#onCommitted({ group, entries, head: this.#head });
    durable.resolve();
    this.#wakeRoomWaiters();
  }

  #wakeRoomWaiters(): void {
    for (const waiter of this.#roomWaiters.splice(0)) waiter.resolve();
  }

  #end(cause: Error): void {
    const failure = journalFailed(cause);
    this.#writing?.durable.reject(failure);
    for (const filling of this.#waiting.splice(0)) filling.durable.reject(failure);
    this.#wakeRoomWaiters();
  }
}
