// Checks what a handler answered before anything of it is believed, and makes events of it.
import { eventIdOf } from "../domain/derived-id.ts";
import { decodeEventDrafts } from "../domain/draft-codec.ts";
import { entityTypeOf } from "../domain/entity-id.ts";
import type { Command, Event, EventDraft } from "../domain/envelope.ts";
import { EventoError } from "../errors.ts";
import { eventsPerCommandMax } from "../limits.ts";
import type { AggregateSchema } from "../schemas/aggregate-schema.ts";

/**
 * Decodes and checks the drafts of one command against the handler's schema. That a child entity belongs to the aggregate
 * is the caller's to check.
 *
 * @throws EventoError DRAFTS_INVALID saying which draft and why.
 */
export function checkedEventDrafts(
  bytes: Uint8Array,
  schema: AggregateSchema,
  aggregate: string,
): readonly EventDraft[] {
  const drafts = decodeEventDrafts(bytes, eventsPerCommandMax);
  if (drafts.length === 0)
    throw new EventoError("DRAFTS_INVALID", "found no event in the answer, expected at least one");
  for (const [index, draft] of drafts.entries()) checkEventDraft(draft, schema, aggregate, `event ${index}`);
  return drafts;
}

/** @throws EventoError DRAFTS_INVALID when the draft is not an event of the schema about an entity of the aggregate. */
function checkEventDraft(draft: EventDraft, schema: AggregateSchema, aggregate: string, what: string): void {
  const entityType = schema.entityTypes.get(entityTypeOf(draft.entity));
  if (entityType === undefined)
    throw new EventoError(
      "DRAFTS_INVALID",
      `found ${what} about ${draft.entity}, expected an entity of ${schema.name}`,
    );
  if (entityType.kind === "root" && draft.entity !== aggregate)
    throw new EventoError(
      "DRAFTS_INVALID",
      `found ${what} about ${draft.entity}, expected one about ${aggregate} or an entity in it`,
    );
  const codec = schema.events.get(draft.event_type);
  if (codec === undefined)
    throw new EventoError(
      "DRAFTS_INVALID",
      `found ${what} of type ${draft.event_type}, expected one of ${[...schema.events.keys()].join(", ")}`,
    );
  try {
    codec.check(draft.payload);
  } catch (error) {
    if (!(error instanceof EventoError)) throw error;
    throw new EventoError("DRAFTS_INVALID", `${what} of type ${draft.event_type}: ${error.message}`, { cause: error });
  }
}

/** The events of a command, in the order of its drafts. */
export function eventsOf(
  command: Command,
  drafts: readonly EventDraft[],
  { after, time }: { after: number; time: number },
): Event[] {
  return drafts.map((draft, index) => ({
    id: eventIdOf(command.id, index),
    event_type: draft.event_type,
    entity: draft.entity,
    aggregate: command.aggregate,
    aggregate_type: command.aggregate_type,
    sequence: after + index + 1,
    position: 0,
    time,
    cause: { kind: "command", id: command.id },
    root_cause: command.root_cause,
    depth: command.depth + 1,
    payload: draft.payload,
  }));
}
