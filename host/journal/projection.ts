// From the entries of a group to rows of the index: the only place that says what the index holds. Run after a group is durable,
// at start for what the index has not seen, and over the whole log by a reindex.
import type { Event } from "../domain/envelope.ts";
import { invariant } from "../errors.ts";
import type { JournalEntry } from "../ports/journal.ts";
import { derivedIndexOf } from "./derived-event.ts";
import type { Rows } from "./rows.ts";
import {
  aggregateTable,
  chunkEvents,
  chunkTable,
  commandTable,
  cursorTable,
  eventIdTable,
  memberTable,
  ordinalOf,
  parkedDispatchTable,
  placeOf,
  positionTable,
  present,
  referrerTable,
  statusTable,
  streamTable,
  treeTable,
  whole,
  type CommandRow,
  type StreamEnd,
} from "./tables.ts";

const emptyStream: StreamEnd = { sequence: 0, places: [] };

/** What a projection is told of a group. Its events need not have their positions. */
export type Projected = {
  readonly number: number;
  readonly firstPosition: number;
  readonly eventCount: number;
  readonly entries: readonly JournalEntry[];
};

/** Applies a group's entries to the index. */
export function project(rows: Rows, group: Projected): void {
  const projection = new Projection(rows, group.number);
  for (const [slot, entry] of group.entries.entries()) projection.entry(entry, slot);
  if (group.eventCount > 0) rows.put(positionTable, whole, group.firstPosition, group.number);
}

class Projection {
  readonly #rows: Rows;
  readonly #group: number;

  constructor(rows: Rows, group: number) {
    this.#rows = rows;
    this.#group = group;
  }

  entry(entry: JournalEntry, slot: number): void {
    const rows = this.#rows;
    const last = ordinalOf({ group: this.#group, slot });
    switch (entry.kind) {
      case "command":
        this.#accepted(entry, last);
        return;
      case "event":
        this.#event(entry.event, last);
        return;
      case "outcome":
        this.#change(entry.command_id, { status: "done", attempts: entry.attempt - 1, last });
        return;
      case "attempt":
        this.#change(entry.command_id, { status: "pending", attempts: entry.attempt, last });
        return;
      case "parked":
        this.#change(entry.command_id, { status: "parked", attempts: entry.attempts, last });
        return;
      case "retried":
        this.#change(entry.command_id, { status: "pending", attempts: 0 });
        return;
      case "cursor":
        rows.put(cursorTable, entry.dispatcher, undefined, entry.position);
        return;
      case "cursor-removed":
        rows.remove(cursorTable, entry.dispatcher, undefined, 0);
        return;
      case "dispatch-parked":
        rows.put(parkedDispatchTable, entry.dispatcher, entry.position, entry.reason);
        return;
      case "dispatch-retried":
        rows.remove(parkedDispatchTable, entry.dispatcher, entry.position, 0);
        return;
      case "references":
        for (const entity of entry.added) rows.put(referrerTable, entity, entry.aggregate, present);
        for (const entity of entry.removed) rows.remove(referrerTable, entity, entry.aggregate, 0);
        return;
    }
  }

  #accepted({ command }: Extract<JournalEntry, { kind: "command" }>, accepted: number): void {
    const { id, depth, root_cause } = command;
    this.#rows.put(commandTable, id, undefined, { status: "pending", attempts: 0, accepted, last: null });
    this.#rows.put(statusTable, "pending", id, present);
    if (depth > 0) this.#rows.put(treeTable, root_cause, accepted, id);
  }

  #event(event: Event, place: number): void {
    const { id, aggregate, aggregate_type, entity, sequence } = event;
    this.#extend(aggregate, sequence, place);
    // An id that was derived from a command is found through the command.
    if (derivedIndexOf(event) < 0) this.#rows.put(eventIdTable, id, undefined, place);
    if (sequence === 1) this.#rows.put(aggregateTable, aggregate_type, aggregate, present);
    if (entity !== aggregate) this.#member(entity, aggregate);
  }

  /** The end of a stream becomes a chunk of its own when it is long enough: so the rows depend on nothing but the log. */
  #extend(aggregate: string, sequence: number, place: number): void {
    const end = this.#rows.get(streamTable, aggregate) ?? emptyStream;
    invariant(sequence === end.sequence + 1, `event ${sequence} of ${aggregate} is in the log after ${end.sequence}`);
    const places = [...end.places, place];
    const isFull = places.length === chunkEvents;
    if (isFull) this.#rows.put(chunkTable, aggregate, sequence / chunkEvents - 1, places);
    this.#rows.put(streamTable, aggregate, undefined, { sequence, places: isFull ? [] : places });
  }

  #member(entity: string, aggregate: string): void {
    const owner = this.#rows.get(memberTable, entity);
    invariant(owner === undefined || owner === aggregate, `${entity} of ${owner} has an event of ${aggregate}`);
    if (owner === undefined) this.#rows.put(memberTable, entity, undefined, aggregate);
  }

  #change(id: string, change: Pick<CommandRow, "status" | "attempts"> & { readonly last?: number }): void {
    const row = this.#rows.get(commandTable, id);
    invariant(row !== undefined, `the log has an entry about the command ${id}, which it never accepted`);
    this.#rows.put(commandTable, id, undefined, { ...row, ...change });
    if (row.status === change.status) return;
    if (row.status !== "done") this.#rows.remove(statusTable, row.status, id, placeOf(row.accepted).group);
    if (change.status !== "done") this.#rows.put(statusTable, change.status, id, present);
  }
}
