// One aggregate in memory: the bounded queue of what waits for it, and its latest state. One turn at a time.
import type { FoldedState } from "../ports/journal.ts";
import { commandsPerMailboxMax, turnCommandsMax } from "../limits.ts";
import type { MailItem, PendingCommand, PendingEvent } from "./pending.ts";

/** A state with what the next turn needs to know of it. */
export type Folded = Omit<FoldedState, "state"> & {
  /** Null while the aggregate has no events. */
  readonly state: Uint8Array | null;
  /** Entity ids of other aggregates that the state holds, sorted. */
  readonly references: readonly string[];
};

export type TurnWork =
  | { readonly kind: "commands"; readonly commands: readonly PendingCommand[] }
  | { readonly kind: "event"; readonly event: PendingEvent };

export class Mailbox {
  readonly aggregate: string;
  readonly aggregateType: string;
  /** What the last turn left; undefined until a turn loads it. It may be ahead of what is durable. */
  folded: Folded | undefined;
  /** Settles when everything that turns so far have appended is durable. */
  durable: Promise<void> = Promise.resolve();
  /** Appends of turns that are not durable yet. */
  undurable = 0;
  /** A turn is under way, or a pause before the next. */
  busy = false;
  /** Turns in a row that could not be run for want of their function. */
  unavailable = 0;
  /** Sequence of the last snapshot that was handed on. */
  snapshotSequence = 0;
  /** Entities that are known to be inside this aggregate. */
  readonly members = new Set<string>();
  #items: MailItem[] = [];

  constructor(aggregate: string, aggregateType: string) {
    this.aggregate = aggregate;
    this.aggregateType = aggregateType;
  }

  get length(): number {
    return this.#items.length;
  }

  /** Nothing waits, nothing runs, and all that `folded` has seen is durable. */
  get idle(): boolean {
    return !this.busy && this.#items.length === 0 && this.undurable === 0;
  }

  get full(): boolean {
    return this.#items.length >= commandsPerMailboxMax;
  }

  push(item: MailItem): void {
    this.#items.push(item);
  }

  /** Puts work back to where it was taken from. */
  putBack(items: readonly MailItem[]): void {
    if (items.length > 0) this.#items = [...items, ...this.#items];
  }

  /**
   * Takes the work of the next turn: an event from outside alone, or a window of commands. A command that expects a sequence
   * opens a window, since only there the sequence is known.
   */
  take(): TurnWork | undefined {
    const first = this.#items[0];
    if (first === undefined) return undefined;
    if (first.kind === "event") {
      this.#items.shift();
      return { kind: "event", event: first };
    }
    const commands: PendingCommand[] = [];
    for (const item of this.#items) {
      if (commands.length === turnCommandsMax || item.kind === "event") break;
      if (commands.length > 0 && item.expectedSequence !== undefined) break;
      commands.push(item);
    }
    this.#items.splice(0, commands.length);
    return { kind: "commands", commands };
  }
}
