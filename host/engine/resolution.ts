// Puts payloads into the version of the schema that a function was built with.
import { encodeCommand, encodeEvents } from "../domain/envelope-codec.ts";
import type { Command, Event, StoredEvent } from "../domain/envelope.ts";
import { EventoError } from "../errors.ts";
import type { PayloadReader } from "../ports/journal.ts";
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
  const { event_type: eventType, payload } = event;
  return { ...event, payload: payloadFor(reader, { eventType, payload, schema }) };
}

/** Payloads of stored events of an aggregate as a version of its schema knows them. */
export function payloadReaderOf(reader: AggregateSchema, deployments: Deployments): PayloadReader {
  return {
    schema: reader.fingerprint,
    resolve: (eventType, payload, schema) =>
      payloadFor(reader, { eventType, payload, schema: deployments.schema(reader.name, schema) }),
  };
}

/**
 * Stored events as the Avro array that an aggregator takes.
 *
 * @throws EventoError SCHEMA_UNKNOWN_TYPE when the version of the reader has no such event.
 */
export function eventsFor(reader: PayloadReader, events: readonly StoredEvent[]): Uint8Array {
  return encodeEvents(
    events.map((event) =>
      event.schema === reader.schema
        ? event
        : { ...event, payload: reader.resolve(event.event_type, event.payload, event.schema) },
    ),
  );
}

function payloadFor(
  reader: AggregateSchema,
  written: { readonly eventType: string; readonly payload: Uint8Array; readonly schema: AggregateSchema },
): Uint8Array {
  const { eventType, payload, schema } = written;
  const codec = reader.events.get(eventType);
  const writer = schema.events.get(eventType);
  if (codec === undefined || writer === undefined) throw unknownType(reader, eventType);
  return codec.resolve(payload, writer);
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
