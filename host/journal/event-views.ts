// Events: the log in order, and the streams of aggregates.
import { commandOfEventId } from "../domain/derived-id.ts";
import type { StoredEvent } from "../domain/envelope.ts";
import { eventsScannedMax } from "../limits.ts";
import type { EncodedEvents, EventFilter, JournalHead, PayloadReader, ReadBounds } from "../ports/journal.ts";
import type { CommandViews } from "./command-views.ts";
import { EventArray } from "./event-array.ts";
import type { Fatality } from "./fatality.ts";
import type { Groups } from "./groups.ts";
import { storedEvent, type Group } from "./group.ts";
import { indexDamaged, type Rows } from "./rows.ts";
import { ReadBudget } from "./read-budget.ts";
import { chunkEvents, chunkTable, eventIdTable, placeOf, streamTable } from "./tables.ts";

export type EventPage = { readonly events: readonly StoredEvent[]; readonly scannedTo: number };

/** Groups that one read of a stream asks the disk for at once, and events that it looks for in them. */
const groupsAtOnce = 16;
const eventsAtOnce = 256;
/** Readers that go on where they stopped without a search. */
const pageEndsMax = 256;

export class EventViews {
  readonly #commands: CommandViews;
  readonly #groups: Groups;
  readonly #rows: Rows;
  readonly #fatality: Fatality;
  /** Groups of the positions where pages ended: whoever reads on asks for what comes after one. */
  readonly #pageEnds = new Map<number, number>();

  constructor(given: { commands: CommandViews; groups: Groups; rows: Rows; fatality: Fatality }) {
    this.#commands = given.commands;
    this.#groups = given.groups;
    this.#rows = given.rows;
    this.#fatality = given.fatality;
  }

  /** @param head - what is durable; nothing after it is looked at. */
  async events(
    head: JournalHead,
    query: ReadBounds & { after: number; scanLimit?: number; filter?: EventFilter },
  ): Promise<EventPage> {
    const { after, scanLimit = eventsScannedMax, filter } = query;
    if (filter?.aggregate !== undefined) return this.#eventsOf(filter.aggregate, head, { ...query, filter });
    const budget = new ReadBudget(query);
    const end = Math.min(head.position, after + scanLimit);
    if (after >= end || budget.isSpent) return { events: [], scannedTo: after };
    const events: StoredEvent[] = [];
    let position = after;
    const first = this.#pageEnds.get(after) ?? (await this.#groups.numberAt(after + 1));
    for await (const group of this.#groups.from(first, head.group)) {
      const last = Math.min(end, group.lastPosition);
      while (position < last && !budget.isSpent) {
        position++;
        const event = group.event(position);
        if (!matches(event, filter)) continue;
        events.push(event);
        budget.take(event.payload.length);
      }
      if (position >= end || budget.isSpent) {
        this.#rememberPageEnd(position, group.number);
        break;
      }
    }
    return { events, scannedTo: position };
  }

  async event(id: string): Promise<StoredEvent | undefined> {
    const derived = commandOfEventId(id);
    if (derived !== undefined) {
      const event = await this.#commands.eventOf(derived.commandId, derived.index);
      // One index may be written in several ways, of which only one is an id.
      return event?.id === id ? event : undefined;
    }
    const place = this.#rows.get(eventIdTable, id);
    return place === undefined ? undefined : this.#eventAt(place);
  }

  async stream(aggregate: string, query: ReadBounds & { after: number }): Promise<readonly StoredEvent[]> {
    const budget = new ReadBudget(query);
    const events: StoredEvent[] = [];
    if (budget.isSpent) return events;
    await this.#visit(aggregate, query, (group, slot) => {
      const event = storedEvent(group.entry(slot));
      events.push(event);
      budget.take(event.payload.length);
      return !budget.isSpent;
    });
    return events;
  }

  async encodedStream(
    aggregate: string,
    query: ReadBounds & { after: number; reader: PayloadReader },
  ): Promise<EncodedEvents> {
    const { limit, bytesMax = Infinity, reader } = query;
    const array = new EventArray({ reader, eventsExpected: Math.min(limit, eventsAtOnce) });
    await this.#visit(aggregate, query, (group, slot) => {
      group.copyEvent(slot, array);
      return array.sizeBytes < bytesMax;
    });
    return array.finish();
  }

  /** Shows where the events of a stream are, in order, until told that it was enough. */
  async #visit(
    aggregate: string,
    query: { after: number; limit: number },
    visit: (group: Group, slot: number) => boolean,
  ): Promise<void> {
    const places = this.#placesOf(aggregate, query);
    for (let start = 0; start < places.length;) {
      const groups = await this.#groupsOf(places, start);
      for (; start < places.length; start++) {
        const { group: number, slot } = placeOf(places[start] ?? 0);
        const group = groups.get(number);
        if (group === undefined) break;
        if (!visit(group, slot)) return;
      }
    }
  }

  /**
   * The groups of the places from one on, each read once: events of one aggregate often lie together. Those in memory take none
   * of it, so there may be as many of them as there are events.
   */
  async #groupsOf(places: readonly number[], start: number): Promise<ReadonlyMap<number, Group>> {
    const groups = new Map<number, Group>();
    const missing = new Set<number>();
    for (let at = start; at < places.length && at < start + eventsAtOnce; at++) {
      const { group: number } = placeOf(places[at] ?? 0);
      if (groups.has(number) || missing.has(number)) continue;
      const held = this.#groups.held(number);
      if (held !== undefined) groups.set(number, held);
      else if (missing.size < groupsAtOnce) missing.add(number);
      else break;
    }
    if (missing.size > 0) for (const group of await this.#groups.load(missing)) groups.set(group.number, group);
    return groups;
  }

  sequence(aggregate: string): number {
    return this.#rows.get(streamTable, aggregate)?.sequence ?? 0;
  }

  /** Places of the events of a stream after a sequence, from its full chunks and its end. */
  #placesOf(aggregate: string, { after, limit }: { after: number; limit: number }): readonly number[] {
    const end = this.#rows.get(streamTable, aggregate);
    if (end === undefined || after >= end.sequence) return [];
    const chunkCount = Math.floor(end.sequence / chunkEvents);
    const firstChunk = Math.floor(after / chunkEvents);
    const chunksEnd = Math.min(chunkCount, Math.ceil((after + limit) / chunkEvents));
    const places: number[] = [];
    // One by one: the few that a page needs are read sooner than an iterator is made.
    for (let number = firstChunk; number < chunksEnd; number++) {
      const chunk = this.#rows.get(chunkTable, aggregate, number);
      if (chunk?.length !== chunkEvents)
        throw this.#fatality.raise(indexDamaged(`found a chunk missing in the stream of ${aggregate}`));
      places.push(...chunk);
    }
    if (chunksEnd === chunkCount) places.push(...end.places);
    const start = after - firstChunk * chunkEvents;
    return places.slice(start, start + limit);
  }

  #rememberPageEnd(position: number, group: number): void {
    this.#pageEnds.set(position, group);
    if (this.#pageEnds.size <= pageEndsMax) return;
    const [oldest] = this.#pageEnds.keys();
    if (oldest !== undefined) this.#pageEnds.delete(oldest);
  }

  /** Events of one aggregate in the order of the log: its stream, cut at a position. */
  async #eventsOf(
    aggregate: string,
    head: JournalHead,
    query: ReadBounds & { after: number; filter: EventFilter },
  ): Promise<EventPage> {
    const { after, limit, filter } = query;
    const budget = new ReadBudget(query);
    const events: StoredEvent[] = [];
    let sequence = await this.#sequenceAt(aggregate, after);
    while (!budget.isSpent) {
      const page = await this.stream(aggregate, {
        ...query,
        after: sequence,
        limit: Math.min(limit, groupsAtOnce),
      });
      for (const event of page) {
        if (event.position > head.position) return { events, scannedTo: head.position };
        if (matches(event, filter)) {
          events.push(event);
          budget.take(event.payload.length);
        }
        if (budget.isSpent) return { events, scannedTo: event.position };
        sequence = event.sequence;
      }
      if (page.length === 0) break;
    }
    return { events, scannedTo: Math.max(after, head.position) };
  }

  /** Sequence of an aggregate's last event at or before a position, found by halving. */
  async #sequenceAt(aggregate: string, position: number): Promise<number> {
    if (position <= 0) return 0;
    let known = 0;
    let above = this.sequence(aggregate) + 1;
    while (above - known > 1) {
      const middle = Math.floor((known + above) / 2);
      const [event] = await this.stream(aggregate, { after: middle - 1, limit: 1 });
      if (event !== undefined && event.position <= position) known = middle;
      else above = middle;
    }
    return known;
  }

  async #eventAt(ordinal: number): Promise<StoredEvent> {
    const { group, slot } = placeOf(ordinal);
    return storedEvent((await this.#groups.get(group)).entry(slot));
  }
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
