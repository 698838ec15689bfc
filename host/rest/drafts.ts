// Drafts that clients post: JSON bodies and lines, with the id perhaps in a header.
import type { IncomingMessage } from "node:http";

import type { Caller } from "../access/caller.ts";
import { entityTypeOf } from "../domain/entity-id.ts";
import type { Engine } from "../engine/engine.ts";
import type { CommandPost, EventPost } from "../engine/intake.ts";
import { callOf } from "../domain/trace-context.ts";
import { EventoError } from "../errors.ts";
import { fieldsOf, optionalCount, optionalText, requiredText } from "./json-fields.ts";

const commandFields = { required: ["entity", "command_type"], optional: ["payload", "id", "expected_sequence"] };
const eventFields = { required: ["entity", "event_type"], optional: ["payload", "id"] };

/** @throws EventoError BODY_INVALID naming what is missing, unknown or of another type; HEADER_INVALID */
export function commandPostOf(value: unknown, request?: IncomingMessage): CommandPost {
  const fields = fieldsOf(value, commandFields);
  return {
    id: idOf(optionalText(fields, "id"), request),
    entity: requiredText(fields, "entity"),
    command_type: requiredText(fields, "command_type"),
    payload: fields["payload"] ?? {},
    expected_sequence: optionalCount(fields, "expected_sequence"),
    call: callOf(request?.headers["traceparent"]),
  };
}

/** @throws EventoError as `commandPostOf` */
export function eventPostOf(value: unknown, request?: IncomingMessage): EventPost {
  const fields = fieldsOf(value, eventFields);
  return {
    id: idOf(optionalText(fields, "id"), request),
    entity: requiredText(fields, "entity"),
    event_type: requiredText(fields, "event_type"),
    payload: fields["payload"] ?? {},
    call: callOf(request?.headers["traceparent"]),
  };
}

/**
 * Whether the caller may post a draft: by the type of aggregate that its entity belongs to.
 *
 * @throws EventoError FORBIDDEN; ENTITY_ID_INVALID
 */
export function requireScope(
  caller: Caller,
  action: "commands" | "events",
  { draft, engine }: { draft: CommandPost | EventPost; engine: Engine },
): void {
  if (caller.isAdmitted && caller.may(action)) return;
  // A type that nobody knows is one that only who may post to all hears about.
  caller.require(action, engine.deployments.aggregateTypeOf(entityTypeOf(draft.entity)));
}

/** An id from the body or the header `Idempotency-Key`, plain or as the quoted string that the header's draft standard wants. */
function idOf(id: string | undefined, request: IncomingMessage | undefined): string | undefined {
  const header = request?.headers["idempotency-key"];
  if (typeof header !== "string") return id;
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (id === undefined || id === key) return key;
  throw new EventoError(
    "HEADER_INVALID",
    `found the header Idempotency-Key ${JSON.stringify(key.slice(0, 200))} and the id ${JSON.stringify(id.slice(0, 200))}, expected one of them or both the same`,
  );
}
