// Writes Evento's own history: gives its events their sequence and hands them out as journal entries.
import type { Cause, Event } from "../domain/envelope.ts";
import { hostAggregate, hostAggregateType } from "../domain/host-schema.ts";
import type { HostEvent } from "../domain/host-state.ts";
import { invariant } from "../errors.ts";
import type { JournalEntry } from "../ports/journal.ts";
import type { AggregateSchema } from "../schemas/aggregate-schema.ts";

/** What an event of `evento:host` is due to. */
export type HostCause = { readonly cause: Cause; readonly root_cause: string; readonly depth: number };

export class HostStream {
  readonly #schema: AggregateSchema;
  #sequence: number;

  constructor({ schema, sequence }: { schema: AggregateSchema; sequence: number }) {
    this.#schema = schema;
    this.#sequence = sequence;
  }

  /** Makes the entry of the next event. It has to be appended before the next call, since it holds the next sequence. */
  next(event: HostEvent, { time, due }: { time: number; due: HostCause }): JournalEntry {
    const codec = this.#schema.events.get(event.type);
    invariant(codec !== undefined, `the host's schema has no event ${event.type}`);
    this.#sequence++;
    const envelope: Event = {
      // Outside the grammar of chosen ids, and not of the form of one derived from a command.
      id: `!host-${this.#sequence}`,
      event_type: event.type,
      entity: hostAggregate,
      aggregate: hostAggregate,
      aggregate_type: hostAggregateType,
      sequence: this.#sequence,
      position: 0,
      time,
      cause: due.cause,
      root_cause: due.root_cause,
      depth: due.depth,
      payload: codec.fromJson(event.payload),
    };
    return { kind: "event", event: envelope, schema: this.#schema.fingerprint };
  }
}

/** Reads an event of `evento:host` back from its stored form. */
export function hostEventOf(schema: AggregateSchema, event: Event): HostEvent {
  const codec = schema.events.get(event.event_type);
  invariant(codec !== undefined, `the host's schema has no event ${event.event_type}`);
  // The codec has checked the payload against the schema that HostEvent is written after.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { type: event.event_type, payload: codec.toJson(event.payload) } as HostEvent;
}
