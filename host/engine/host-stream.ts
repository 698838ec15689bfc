// Evento's own history: its events get their sequence here and are handed out as journal entries, and are read back.
import type { Cause, Event } from "../domain/envelope.ts";
import { hostAggregate, hostAggregateType, hostSchema } from "../domain/host-schema.ts";
import type { HostEvent } from "../domain/host-state.ts";
import { invariant } from "../errors.ts";
import { pageRowsMax } from "../limits.ts";
import type { Journal, JournalEntry } from "../ports/journal.ts";
import { parseAggregateSchema, type AggregateSchema } from "../schemas/aggregate-schema.ts";

/** The schema of `evento:host`: the same in every host, so it is parsed once. */
export const ownSchema: AggregateSchema = parseAggregateSchema(hostSchema, { reserved: true });

/** What an event of `evento:host` is due to. */
export type HostCause = { readonly cause: Cause; readonly root_cause: string; readonly depth: number };

export class HostStream {
  #sequence: number;

  constructor({ sequence }: { sequence: number }) {
    this.#sequence = sequence;
  }

  /** Makes the entry of the next event. It has to be appended before the next call, since it holds the next sequence. */
  next(event: HostEvent, { time, due }: { time: number; due: HostCause }): JournalEntry {
    const codec = ownSchema.events.get(event.type);
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
    return { kind: "event", event: envelope, schema: ownSchema.fingerprint };
  }
}

/** Reads an event of `evento:host` back from its stored form. */
export function hostEventOf(event: Event): HostEvent {
  const codec = ownSchema.events.get(event.event_type);
  invariant(codec !== undefined, `the host's schema has no event ${event.event_type}`);
  // The codec has checked the payload against the schema that HostEvent is written after.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { type: event.event_type, payload: codec.toJson(event.payload) } as HostEvent;
}

/** An event of the history, with where it lies. */
export type HostRecord = { readonly event: HostEvent; readonly sequence: number; readonly position: number };

/** The history in its order, after a sequence. */
export async function* hostHistory(
  journal: Pick<Journal, "stream">,
  { after }: { after: number },
): AsyncGenerator<HostRecord> {
  for (let last = after; ;) {
    const stored = await journal.stream(hostAggregate, { after: last, limit: pageRowsMax });
    for (const event of stored) {
      yield { event: hostEventOf(event), sequence: event.sequence, position: event.position };
      last = event.sequence;
    }
    if (stored.length < pageRowsMax) return;
  }
}
