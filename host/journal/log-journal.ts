// The journal over a log and an index, whatever they lie on: appends go to the log by group commit and, once durable, into the
// index; reads are answered by the index and the log.
import type { StoredEvent } from "../domain/envelope.ts";
import { invariant } from "../errors.ts";
import type {
  AggregateEntry,
  Appended,
  CommandRecord,
  EncodedEvents,
  EventFilter,
  FoldedState,
  Journal,
  JournalEntry,
  JournalHead,
  ParkedDispatch,
  PayloadReader,
  ReadBounds,
} from "../ports/journal.ts";
import { Admission } from "./admission.ts";
import { CommandViews } from "./command-views.ts";
import { EventViews, type EventPage } from "./event-views.ts";
import { journalClosed, type Fatality } from "./fatality.ts";
import { GroupCommit, type Committed } from "./group-commit.ts";
import { Groups } from "./groups.ts";
import type { LogStore } from "./log-store.ts";
import { project } from "./projection.ts";
import type { Rows } from "./rows.ts";
import { aggregateTable, cursorTable, memberTable, parkedDispatchTable, referrerTable, stateTable } from "./tables.ts";

export type LogJournalOptions = {
  readonly log: LogStore;
  readonly rows: Rows;
  readonly fatality: Fatality;
  /** What the log holds; the index reflects all of it. */
  readonly head: JournalHead;
  /** Called with the head after each group that is in log and index, before anybody is told of it. */
  readonly onCommitted?: (head: JournalHead) => void;
  /** Called at the end of the close, when nothing is written any more. */
  readonly onClosed?: () => Promise<void>;
};

export class LogJournal implements Journal {
  readonly #rows: Rows;
  readonly #fatality: Fatality;
  readonly #groups: Groups;
  readonly #commit: GroupCommit;
  readonly #admission: Admission;
  readonly #commands: CommandViews;
  readonly #events: EventViews;
  readonly #watchers = new Set<(head: JournalHead) => void>();
  readonly #onCommitted: ((head: JournalHead) => void) | undefined;
  readonly #onClosed: (() => Promise<void>) | undefined;
  #head: JournalHead;
  #closing: Promise<void> | undefined;

  constructor({ log, rows, fatality, head, onCommitted, onClosed }: LogJournalOptions) {
    this.#rows = rows;
    this.#fatality = fatality;
    this.#head = head;
    this.#onCommitted = onCommitted;
    this.#onClosed = onClosed;
    this.#groups = new Groups({ log, rows, fatality });
    this.#admission = new Admission({ rows, fatality, durableGroup: head.group });
    this.#commands = new CommandViews({
      groups: this.#groups,
      rows,
      fatality,
      onUnknown: (id) => this.#admission.noteUnknown(id),
    });
    this.#events = new EventViews({ commands: this.#commands, groups: this.#groups, rows, fatality });
    this.#commit = new GroupCommit({
      log,
      fatality,
      head,
      onCommitted: (committed) => this.#committed(committed),
    });
  }

  get head(): JournalHead {
    return this.#head;
  }

  append(entries: readonly JournalEntry[]): Appended {
    if (this.#closing !== undefined) throw journalClosed();
    invariant(entries.length > 0, "an append has entries");
    return this.#commit.add(entries, (group) => this.#admission.admit(entries, group));
  }

  room(): Promise<void> {
    return this.#commit.room();
  }

  watch(listener: (head: JournalHead) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  command(id: string): Promise<CommandRecord | undefined> {
    return this.#commands.command(id);
  }

  commandsIn(status: "pending" | "parked", page: ReadBounds & { after: string }): Promise<readonly CommandRecord[]> {
    return this.#commands.commandsIn(status, page);
  }

  commandsUnder(rootCause: string, bounds: ReadBounds): Promise<readonly CommandRecord[]> {
    return this.#commands.commandsUnder(rootCause, bounds);
  }

  events(query: ReadBounds & { after: number; scanLimit?: number; filter?: EventFilter }): Promise<EventPage> {
    return this.#events.events(this.#head, query);
  }

  event(id: string): Promise<StoredEvent | undefined> {
    return this.#events.event(id);
  }

  stream(aggregate: string, query: ReadBounds & { after: number }): Promise<readonly StoredEvent[]> {
    return this.#events.stream(aggregate, query);
  }

  encodedStream(
    aggregate: string,
    query: ReadBounds & { after: number; reader: PayloadReader },
  ): Promise<EncodedEvents> {
    return this.#events.encodedStream(aggregate, query);
  }

  async sequence(aggregate: string): Promise<number> {
    return this.#events.sequence(aggregate);
  }

  async aggregates(aggregateType: string, page: { after: string; limit: number }): Promise<readonly AggregateEntry[]> {
    const range = { after: page.after === "" ? undefined : page.after, limit: page.limit };
    const entries: AggregateEntry[] = [];
    for (const { order } of await this.#rows.range(aggregateTable, aggregateType, range)) {
      const aggregate = String(order);
      entries.push({ aggregate, sequence: this.#events.sequence(aggregate) });
    }
    return entries;
  }

  async aggregateOf(entity: string): Promise<string | undefined> {
    return this.#rows.get(memberTable, entity);
  }

  async referrers(entity: string): Promise<readonly string[]> {
    const rows = await this.#rows.range(referrerTable, entity, { limit: Infinity });
    return rows.map(({ order }) => String(order));
  }

  async cursor(dispatcher: string): Promise<number | undefined> {
    return this.#rows.get(cursorTable, dispatcher);
  }

  async parkedDispatches(
    dispatcher: string,
    page: { after: number; limit: number },
  ): Promise<readonly ParkedDispatch[]> {
    const rows = await this.#rows.range(parkedDispatchTable, dispatcher, page);
    return rows.map(({ order, row: reason }) => ({ dispatcher, position: Number(order), reason }));
  }

  async state(aggregate: string): Promise<FoldedState | undefined> {
    const row = this.#rows.get(stateTable, aggregate);
    // A plain object, where avsc reads one of a class of its own.
    return row === undefined ? undefined : { ...row };
  }

  keepState(state: FoldedState): void {
    if (this.#closing !== undefined) return;
    // One that runs ahead of the log would be wrong after a crash, when other events take the place of those it has seen.
    if (state.sequence > this.#events.sequence(state.aggregate)) return;
    this.#rows.keep(stateTable, state.aggregate, state);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#commit.drained();
    this.#fatality.close();
    await this.#onClosed?.();
  }

  #committed({ group, entries, head }: Committed): void {
    const { number, firstPosition, eventCount } = group;
    project(this.#rows, { number, firstPosition, eventCount, entries });
    this.#admission.settle(entries, number);
    this.#groups.add(group);
    this.#head = head;
    this.#onCommitted?.(head);
    for (const watcher of this.#watchers) watcher(head);
  }
}
