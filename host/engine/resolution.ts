// Puts payloads into the version of the schema that a function was built with.
import { encodeCommand, encodeEvents } from "../domain/envelope-codec.ts";
import type { Command, Event, StoredEvent } from "../domain/envelope.ts";
import { EventoError } from "../errors.ts";
import type { AggregateSchema } from "../schemas/aggregate-schema.ts";
import type { Deployments, InCharge } from "./deployments.ts";

/**
 * A command as Avro, its payload as `reader` knows it.
 *
 * @throws EventoError SCHEMA_UNKNOWN_TYPE when the version of the reader has no such command.
 */
export function commandFor(
  reader: AggregateSchema,
  { command, schema }: { readonly command: Command; readonly schema: AggregateSchema },
): Uint8Array {
  if (schema === reader) return encodeCommand(command);
  const codec = reader.commands.get(command.command_type);
  const writer = schema.commands.get(command.command_type);
  if (codec === undefined || writer === undefined) throw unknownType(reader, command.command_type);
  return encodeCommand({ ...command, payload: codec.resolve(command.payload, writer) });
}

/** The state as a handler gets it, when another function has folded it. */
export function stateFor(handler: InCharge, aggregator: InCharge, state: Uint8Array): Uint8Array {
  return handler.schema === aggregator.schema ? state : handler.schema.root.resolve(state, aggregator.schema.root);
}

/**
 * Events with payloads as `reader` knows them.
 *
 * @throws EventoError SCHEMA_UNKNOWN_TYPE when the version of the reader has no such event.
 */
export function eventFor<Any extends Event>(reader: AggregateSchema, event: Any, schema: AggregateSchema): Any {
  if (schema === reader) return event;
  const codec = reader.events.get(event.event_type);
  const writer = schema.events.get(event.event_type);
  if (codec === undefined || writer === undefined) throw unknownType(reader, event.event_type);
  return { ...event, payload: codec.resolve(event.payload, writer) };
}

/** Stored events as the Avro array that an aggregator takes. */
export function eventsFor(
  reader: AggregateSchema,
  events: readonly StoredEvent[],
  deployments: Deployments,
): Uint8Array {
  return encodeEvents(
    events.map((event) => eventFor(reader, event, deployments.schema(event.aggregate_type, event.schema))),
  );
}

function unknownType(reader: AggregateSchema, type: string): EventoError {
  return new EventoError(
    "SCHEMA_UNKNOWN_TYPE",
    `found ${type}, which version ${reader.fingerprint} of ${reader.name} does not know`,
    {
      hint: "deploy a function that was built with a newer version of the schema",
    },
  );
}
