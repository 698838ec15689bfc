// Envelopes as functions see them: Avro binary of envelopes.avsc, which is the contract's text unchanged.
import { readFileSync } from "node:fs";

import avro from "avsc";

import { AvroBuffer } from "./avro-buffer.ts";
import { bufferOver } from "./buffer-view.ts";
import type { Command, Event } from "./envelope.ts";

const registry: { [name: string]: avro.Type } = {};
for (const schema of JSON.parse(readFileSync(new URL("./envelopes.avsc", import.meta.url), "utf8")))
  avro.Type.forSchema(schema, { registry, wrapUnions: false });

function typeNamed(name: string): avro.Type {
  const type = registry[name];
  if (type === undefined) throw new Error(`envelopes.avsc has no type ${name}`);
  return type;
}

const commandType = typeNamed("evento.Command");
const dispatchedEventType = typeNamed("evento.DispatchedEvent");
const eventsType = avro.Type.forSchema({ type: "array", items: "evento.Event" }, { registry });

function withBuffer<Envelope extends { readonly payload: Uint8Array }>(envelope: Envelope): Envelope {
  // avsc takes bytes as Buffers only.
  return Buffer.isBuffer(envelope.payload) ? envelope : { ...envelope, payload: bufferOver(envelope.payload) };
}

const envelopes = new AvroBuffer(16 << 10);

/** The value in Avro, in bytes of its own. */
function encoded(type: avro.Type, value: unknown): Uint8Array {
  envelopes.write(type, value);
  return envelopes.take();
}

/** A command as Avro `evento.Command`; its payload has to be in the schema version of the function that gets it. */
export function encodeCommand(command: Command): Uint8Array {
  return encoded(commandType, withBuffer(command));
}

/** Events in sequence order as an Avro array of `evento.Event`, as an aggregator takes them: without positions. */
export function encodeEvents(events: readonly Event[]): Uint8Array {
  return encoded(
    eventsType,
    events.map((event) => ({ ...withBuffer(event), position: 0 })),
  );
}

/** An event as Avro `evento.DispatchedEvent`, with the aggregates whose state refers to its entity. */
export function encodeDispatchedEvent(event: Event, referrers: readonly string[]): Uint8Array {
  return encoded(dispatchedEventType, { event: withBuffer(event), referrers });
}
