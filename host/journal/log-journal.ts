// The journal over a log and an index, whatever they lie on: appends go to the log by group commit and, once durable, into the
// index; reads are answered by the index and the log.
import { commandOfEventId } from "../domain/derived-id.ts";
import type { StoredEvent } from "../domain/envelope.ts";
import { EventoError, invariant } from "../errors.ts";
import { sequencesCachedMax } from "../limits.ts";
import type {
  AggregateEntry,
  Appended,
  CommandRecord,
  EventFilter,
  FoldedState,
  Journal,
  JournalEntry,
  JournalHead,
  ParkedDispatch,
} from "../ports/journal.ts";
import { decodeEntry, encodeEntry } from "./entry-codec.ts";
import { GroupCache } from "./group-cache.ts";
import { Group } from "./group-codec.ts";
import { GroupCommit, type Committed } from "./group-commit.ts";
import type { LogStore } from "./log-store.ts";
import { ordinalOf, project } from "./projection.ts";
import {
  decodeCommandRow,
  decodeNumber,
  decodePlace,
  decodeState,
  decodeText,
  encodeState,
  type CommandRow,
  type Place,
} from "./row-codec.ts";
import * as keys from "./row-keys.ts";
import type { Row, Rows } from "./rows.ts";

/** Events that one call looks at when a filter matches few of them. */
const scanLimitDefault = 10_000;

export type LogJournalOptions = {
  readonly log: LogStore;
  readonly rows: Rows;
  readonly head: JournalHead;
  /** Called with each durable group, before anybody is told of it. */
  readonly onCommitted?: (committed: Committed) => void;
  /** Called at the end of the close, when nothing is written any more. */
  readonly onClosed?: () => Promise<void>;
  /** Called once, when a write failed. */
  readonly onFatal: (error: EventoError) => void;
};

export class LogJournal implements Journal {
  readonly #rows: Rows;
  readonly #groups: GroupCache;
  readonly #commit: GroupCommit;
  readonly #onCommitted: ((committed: Committed) => void) | undefined;
  readonly #watchers = new Set<(head: JournalHead) => void>();
  /** Last sequences given out, durable or not, in the order of use. */
  readonly #sequences = new Map<string, number>();
  #head: JournalHead;
  readonly #onClosed: (() => Promise<void>) | undefined;
  #closing: Promise<void> | undefined;

  constructor({ log, rows, head, onCommitted, onClosed, onFatal }: LogJournalOptions) {
    this.#rows = rows;
    this.#head = head;
    this.#onCommitted = onCommitted;
    this.#onClosed = onClosed;
    this.#groups = new GroupCache({ log });
    this.#commit = new GroupCommit({
      log,
      last: { number: head.group, chain: head.hash, position: head.position },
      onCommitted: (committed) => this.#committed(committed),
      onFailed: onFatal,
    });
  }

  get head(): JournalHead {
    return this.#head;
  }

  append(entries: readonly JournalEntry[]): Appended {
    if (this.#closing !== undefined) throw new EventoError("JOURNAL_CLOSED", "found the journal closed");
    const firstPosition = this.#commit.nextPosition;
    let position = firstPosition;
    const placed = entries.map((entry): JournalEntry => {
      if (entry.kind !== "event") return entry;
      this.#follow(entry.event.aggregate, entry.event.sequence);
      return { ...entry, event: { ...entry.event, position: position++ } };
    });
    return { firstPosition, durable: this.#commit.add(placed, placed.map(encodeEntry)) };
  }

  room(): Promise<void> {
    return this.#commit.room();
  }

  watch(listener: (head: JournalHead) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  async command(id: string): Promise<CommandRecord | undefined> {
    const value = this.#rows.get(keys.commandKey(id));
    return value === undefined ? undefined : this.#record(decodeCommandRow(value));
  }

  async commandsIn(
    status: "pending" | "parked",
    page: { after: string; limit: number },
  ): Promise<readonly CommandRecord[]> {
    const from = after(keys.statusKey(status, page.after), page.after === "");
    const rows = await this.#rows.range({ from, to: keys.endOf(keys.statusKey(status, "")), limit: page.limit });
    return this.#commands(rows.map(({ key }) => keys.lastText(key)));
  }

  async commandsUnder(rootCause: string, limit: number): Promise<readonly CommandRecord[]> {
    const from = keys.treeKey(rootCause, 0);
    const rows = await this.#rows.range({ from, to: keys.treeKey(rootCause, Number.MAX_SAFE_INTEGER), limit });
    return this.#commands(rows.map(({ value }) => Buffer.from(value).toString()));
  }

  async events(query: {
    after: number;
    limit: number;
    scanLimit?: number;
    filter?: EventFilter;
  }): Promise<{ events: readonly StoredEvent[]; scannedTo: number }> {
    const { filter } = query;
    const end = Math.min(this.#head.position, query.after + (query.scanLimit ?? scanLimitDefault));
    if (filter?.aggregate !== undefined) return this.#eventsOf(filter.aggregate, query, filter);
    const events: StoredEvent[] = [];
    let position = query.after + 1;
    let group = position > end ? undefined : await this.#groupAt(position);
    while (group !== undefined && position <= end && events.length < query.limit) {
      const last = Math.min(end, group.firstPosition + group.eventCount - 1);
      for (; position <= last && events.length < query.limit; position++) {
        const event = eventAt(group, position);
        if (matches(event, filter)) events.push(event);
      }
      group = position > end ? undefined : await this.#groupAfter(group);
    }
    return { events, scannedTo: Math.max(query.after, position - 1) };
  }

  async event(id: string): Promise<StoredEvent | undefined> {
    const derived = commandOfEventId(id);
    if (derived !== undefined) return (await this.command(derived.commandId))?.events[derived.index];
    const value = this.#rows.get(keys.eventIdKey(id));
    return value === undefined ? undefined : this.#eventAt(decodePlace(value));
  }

  async stream(aggregate: string, query: { after: number; limit: number }): Promise<readonly StoredEvent[]> {
    const rows = await this.#rows.range({
      from: keys.streamKey(aggregate, query.after + 1),
      to: keys.streamKey(aggregate, Number.MAX_SAFE_INTEGER),
      limit: query.limit,
    });
    const events: StoredEvent[] = [];
    for (const { value } of rows) events.push(await this.#eventAt(decodePlace(value)));
    return events;
  }

  async sequence(aggregate: string): Promise<number> {
    if (this.#rows.get(keys.streamKey(aggregate, 1)) === undefined) return 0;
    const [row] = await this.#rows.range({
      from: keys.streamKey(aggregate, 1),
      to: keys.streamKey(aggregate, Number.MAX_SAFE_INTEGER),
      limit: 1,
      reverse: true,
    });
    return row === undefined ? 0 : keys.lastNumber(row.key);
  }

  async aggregates(aggregateType: string, page: { after: string; limit: number }): Promise<readonly AggregateEntry[]> {
    const from = after(keys.aggregateKey(aggregateType, page.after), page.after === "");
    const to = keys.endOf(keys.aggregateKey(aggregateType, ""));
    const rows = await this.#rows.range({ from, to, limit: page.limit });
    const entries: AggregateEntry[] = [];
    for (const { key } of rows) {
      const aggregate = keys.lastText(key, [aggregateType]);
      entries.push({ aggregate, sequence: await this.sequence(aggregate) });
    }
    return entries;
  }

  async aggregateOf(entity: string): Promise<string | undefined> {
    const value = this.#rows.get(keys.memberKey(entity));
    return value === undefined ? undefined : Buffer.from(value).toString();
  }

  async referrers(entity: string): Promise<readonly string[]> {
    const from = keys.referrerKey(entity, "");
    const rows = await this.#rows.range({ from, to: keys.endOf(from), limit: Number.MAX_SAFE_INTEGER });
    return rows.map(({ key }) => keys.lastText(key, [entity]));
  }

  async cursor(dispatcher: string): Promise<number | undefined> {
    const value = this.#rows.get(keys.cursorKey(dispatcher));
    return value === undefined ? undefined : decodeNumber(value);
  }

  async parkedDispatches(
    dispatcher: string,
    page: { after: number; limit: number },
  ): Promise<readonly ParkedDispatch[]> {
    const rows: readonly Row[] = await this.#rows.range({
      from: keys.parkedDispatchKey(dispatcher, page.after + 1),
      to: keys.parkedDispatchKey(dispatcher, Number.MAX_SAFE_INTEGER),
      limit: page.limit,
    });
    return rows.map(({ key, value }) => ({ dispatcher, position: keys.lastNumber(key), reason: decodeText(value) }));
  }

  async state(aggregate: string): Promise<FoldedState | undefined> {
    const value = this.#rows.get(keys.stateKey(aggregate));
    return value === undefined ? undefined : decodeState(aggregate, value);
  }

  keepState(state: FoldedState): void {
    if (this.#closing === undefined)
      this.#rows.change([{ key: keys.stateKey(state.aggregate), value: encodeState(state) }]);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.#commit.drained();
    await this.#onClosed?.();
  }

  #committed(committed: Committed): void {
    const { number, firstPosition, eventCount, value, chain, entries } = committed;
    project(this.#rows, committed, entries);
    this.#groups.add(new Group(number, value));
    const time = entries.reduce((latest, entry) => Math.max(latest, timeOf(entry)), this.#head.time);
    this.#head = { group: number, position: firstPosition + eventCount - 1, hash: chain, time };
    this.#onCommitted?.(committed);
    for (const watcher of this.#watchers) watcher(this.#head);
  }

  /** Sequences are contiguous: a gap would be a defect of the engine, and nothing of it may reach the disk. */
  #follow(aggregate: string, sequence: number): void {
    const last = this.#sequences.get(aggregate);
    invariant(last === undefined || sequence === last + 1, `event ${sequence} of ${aggregate} follows ${last}`);
    this.#sequences.delete(aggregate);
    this.#sequences.set(aggregate, sequence);
    if (this.#sequences.size <= sequencesCachedMax) return;
    const [oldest] = this.#sequences.keys();
    if (oldest !== undefined) this.#sequences.delete(oldest);
  }

  /** The group that holds an event. */
  async #groupAt(position: number): Promise<Group> {
    const [row] = await this.#rows.range({
      from: keys.positionKey(0),
      to: keys.positionKey(position + 1),
      limit: 1,
      reverse: true,
    });
    invariant(row !== undefined, `the index has no group for position ${position}`);
    return this.#groups.get(decodeNumber(row.value));
  }

  /** The next group, with events or without. */
  async #groupAfter(group: Group): Promise<Group | undefined> {
    return group.number >= this.#head.group ? undefined : this.#groups.get(group.number + 1);
  }

  async #eventsOf(
    aggregate: string,
    query: { after: number; limit: number },
    filter: EventFilter,
  ): Promise<{ events: readonly StoredEvent[]; scannedTo: number }> {
    const end = this.#head.position;
    const last = await this.sequence(aggregate);
    let sequence = await this.#sequenceBefore(aggregate, query.after + 1, last);
    const events: StoredEvent[] = [];
    while (events.length < query.limit && sequence < last) {
      const page = await this.stream(aggregate, { after: sequence, limit: query.limit });
      for (const event of page) {
        sequence = event.sequence;
        if (event.position <= end && matches(event, filter)) events.push(event);
        if (events.length === query.limit) return { events, scannedTo: event.position };
      }
      if (page.length === 0) break;
    }
    return { events, scannedTo: Math.max(query.after, end) };
  }

  /** The last sequence of an aggregate whose event lies before a position, found by halving. */
  async #sequenceBefore(aggregate: string, position: number, last: number): Promise<number> {
    let known = 0;
    let above = last + 1;
    while (above - known > 1) {
      const middle = Math.floor((known + above) / 2);
      const [event] = await this.stream(aggregate, { after: middle - 1, limit: 1 });
      if (event !== undefined && event.position < position) known = middle;
      else above = middle;
    }
    return known;
  }

  async #commands(ids: readonly string[]): Promise<readonly CommandRecord[]> {
    const records: CommandRecord[] = [];
    for (const id of ids) {
      const record = await this.command(id);
      if (record !== undefined) records.push(record);
    }
    return records;
  }

  async #record(row: CommandRow): Promise<CommandRecord> {
    const accepted = await this.#entryAt(row.accepted);
    invariant(accepted.kind === "command", "the index names a place of a command where there is none");
    const last = row.last === null ? undefined : await this.#entryAt(row.last);
    const outcome = last?.kind === "outcome" ? last : null;
    return {
      command: accepted.command,
      ordinal: ordinalOf(row.accepted),
      schema: accepted.schema,
      not_before: accepted.not_before,
      status: row.status,
      attempts: row.attempts,
      last_error: last?.kind === "attempt" || last?.kind === "parked" ? last.reason : null,
      outcome,
      events: outcome === null || row.last === null ? [] : await this.#eventsBefore(row.last, outcome.event_count),
    };
  }

  async #eventsBefore({ group, slot }: Place, count: number): Promise<readonly StoredEvent[]> {
    const events: StoredEvent[] = [];
    for (let at = slot - count; at < slot; at++) events.push(await this.#eventAt({ group, slot: at }));
    return events;
  }

  async #entryAt({ group, slot }: Place): Promise<JournalEntry> {
    const stored = await this.#groups.get(group);
    return decodeEntry(stored.entry(slot), stored.positionAt(slot));
  }

  async #eventAt(place: Place): Promise<StoredEvent> {
    const entry = await this.#entryAt(place);
    invariant(entry.kind === "event", "the index names a place of an event where there is none");
    return { ...entry.event, schema: entry.schema };
  }
}

function eventAt(group: Group, position: number): StoredEvent {
  const entry = decodeEntry(group.entry(group.eventSlot(position - group.firstPosition)), position);
  invariant(entry.kind === "event", "an event's slot holds an event");
  return { ...entry.event, schema: entry.schema };
}

function matches(event: StoredEvent, filter: EventFilter | undefined): boolean {
  if (filter === undefined) return true;
  return (
    (filter.aggregate === undefined || filter.aggregate === event.aggregate) &&
    (filter.aggregate_type === undefined || filter.aggregate_type === event.aggregate_type) &&
    (filter.event_type === undefined || filter.event_type === event.event_type) &&
    (filter.entity === undefined || filter.entity === event.entity)
  );
}

/** The first key after one, or the key itself at the start of a list. */
function after(key: Buffer, start: boolean): Buffer {
  return start ? key : Buffer.concat([key, Buffer.of(0)]);
}

/** Time of an entry, where it has one: the host's clock never goes back behind the latest. */
export function timeOf(entry: JournalEntry): number {
  if (entry.kind === "command") return entry.command.time;
  if (entry.kind === "event") return entry.event.time;
  return "time" in entry ? entry.time : 0;
}
