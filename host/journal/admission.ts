// What may be appended: each entry is checked against what is in the log and what is on its way there. A failure is a defect of
// the caller and ends the host before anything wrong is on disk.
import { commandOfEventId } from "../domain/derived-id.ts";
import type { Event } from "../domain/envelope.ts";
import { invariant } from "../errors.ts";
import { sequencesCachedMax, unknownCommandsMax } from "../limits.ts";
import type { CommandStatus, JournalEntry } from "../ports/journal.ts";
import { derivedIndexOf } from "./derived-event.ts";
import type { Fatality } from "./fatality.ts";
import { indexDamaged, type Rows } from "./rows.ts";
import { aggregateTable, commandTable, memberTable, streamTable } from "./tables.ts";

/** The end of an aggregate's stream. */
type Tip = { sequence: number; time: number };

/** Something that the log will say once a group is durable, and the index says from then on. */
type Undurable<Value> = { readonly value: Value; readonly group: number };

export class Admission {
  readonly #rows: Rows;
  readonly #fatality: Fatality;
  /** Ends of streams as appended, durable or not. Two generations: the older one is dropped when the younger is full. */
  #tips = new Map<string, Tip>();
  #olderTips = new Map<string, Tip>();
  /** Group that was being filled when the younger generation began: the older holds nothing of a later one. */
  #generationGroup = 0;
  readonly #statuses = new Map<string, Undurable<CommandStatus>>();
  /** Commands that are neither in the index nor on their way there. */
  readonly #unknown = new Set<string>();
  readonly #owners = new Map<string, Undurable<string>>();
  #durableGroup: number;

  constructor(given: { rows: Rows; fatality: Fatality; durableGroup: number }) {
    this.#rows = given.rows;
    this.#fatality = given.fatality;
    this.#durableGroup = given.durableGroup;
  }

  /** Checks entries that go into a group together. */
  admit(entries: readonly JournalEntry[], group: number): void {
    let eventCount = 0;
    for (const entry of entries) {
      switch (entry.kind) {
        case "command":
          this.#accept(entry.command.id, { isNew: entry.has_new_id === true, group });
          break;
        case "event":
          this.#event(entry.event, group);
          break;
        case "outcome":
          invariant(
            entry.event_count <= eventCount,
            `an outcome of ${entry.command_id} has ${entry.event_count} events, and ${eventCount} are right before it`,
          );
          this.#change(entry.command_id, { from: "pending", to: "done", group });
          break;
        case "attempt":
          this.#change(entry.command_id, { from: "pending", to: "pending", group });
          break;
        case "parked":
          this.#change(entry.command_id, { from: "pending", to: "parked", group });
          break;
        case "retried":
          this.#change(entry.command_id, { from: "parked", to: "pending", group });
          break;
        case "cursor":
        case "cursor-removed":
        case "dispatch-parked":
        case "dispatch-retried":
        case "references":
          break;
      }
      eventCount = entry.kind === "event" ? eventCount + 1 : 0;
    }
  }

  /** Notes that a group is in the index now. */
  settle(entries: readonly JournalEntry[], group: number): void {
    this.#durableGroup = group;
    for (const entry of entries) {
      if (entry.kind === "event") forget(this.#owners, entry.event.entity, group);
      else if (entry.kind === "command") forget(this.#statuses, entry.command.id, group);
      else if ("command_id" in entry) forget(this.#statuses, entry.command_id, group);
    }
  }

  /** Notes that somebody has just looked for a command and not found it: mostly it is accepted next, without another look. */
  noteUnknown(id: string): void {
    // One that is on its way to the log is known here, though to no reader yet.
    if (this.#statuses.has(id)) return;
    if (this.#unknown.size >= unknownCommandsMax) this.#unknown.clear();
    this.#unknown.add(id);
  }

  #accept(id: string, { isNew, group }: { isNew: boolean; group: number }): void {
    const isUnknown = isNew ? !this.#statuses.has(id) : this.#unknown.delete(id) || this.#statusOf(id) === undefined;
    invariant(isUnknown, `the command ${id} is accepted a second time`);
    this.#statuses.set(id, { value: "pending", group });
  }

  #change(id: string, { from, to, group }: { from: CommandStatus; to: CommandStatus; group: number }): void {
    const status = this.#statusOf(id);
    invariant(status === from, `the command ${id} is ${status ?? "unknown"} and can't become ${to}`);
    this.#statuses.set(id, { value: to, group });
  }

  #statusOf(id: string): CommandStatus | undefined {
    return this.#statuses.get(id)?.value ?? this.#rows.get(commandTable, id)?.status;
  }

  #event(event: Event, group: number): void {
    const { id, aggregate, sequence, time, cause } = event;
    invariant(
      derivedIndexOf(event) >= 0 || commandOfEventId(id) === undefined,
      `the event ${id} has an id that is not derived from its cause ${cause.id}`,
    );
    if (event.entity !== aggregate) this.#claim(event.entity, aggregate, group);
    const tip = this.#tips.get(aggregate) ?? this.#olderTips.get(aggregate);
    if (tip === undefined) {
      const last = this.#lastOf(event);
      invariant(sequence === last + 1, `event ${sequence} of ${aggregate} follows ${last}`);
      this.#remember(aggregate, { sequence, time }, group);
      return;
    }
    invariant(sequence === tip.sequence + 1, `event ${sequence} of ${aggregate} follows ${tip.sequence}`);
    invariant(time >= tip.time, `event ${sequence} of ${aggregate} is of ${time}, the one before of ${tip.time}`);
    tip.sequence = sequence;
    tip.time = time;
    if (!this.#tips.has(aggregate)) this.#remember(aggregate, tip, group);
  }

  #claim(entity: string, aggregate: string, group: number): void {
    const owner = this.#owners.get(entity)?.value ?? this.#rows.get(memberTable, entity);
    invariant(owner === undefined || owner === aggregate, `${entity} of ${owner} has an event of ${aggregate}`);
    if (owner === undefined) this.#owners.set(entity, { value: aggregate, group });
  }

  #lastOf({ aggregate, aggregate_type }: Event): number {
    const end = this.#rows.get(streamTable, aggregate);
    if (end !== undefined) return end.sequence;
    // LevelDB may lose a row without a word, and then an aggregate must not begin a second time.
    if (this.#rows.get(aggregateTable, aggregate_type, aggregate) !== undefined)
      throw this.#fatality.raise(indexDamaged(`found no end of the stream of ${aggregate}, which is listed`));
    return 0;
  }

  #remember(aggregate: string, tip: Tip, group: number): void {
    this.#tips.set(aggregate, tip);
    // What is forgotten has to be durable, so that the index answers in its place.
    if (this.#tips.size < sequencesCachedMax || this.#durableGroup < this.#generationGroup) return;
    this.#olderTips = this.#tips;
    this.#tips = new Map();
    this.#generationGroup = group;
  }
}

function forget(undurable: Map<string, Undurable<unknown>>, id: string, group: number): void {
  if (undurable.get(id)?.group === group) undurable.delete(id);
}
