// A small schema to hang a test's own fields on.
import { parseAggregateSchema, type AggregateSchema } from "../../host/schemas/aggregate-schema.ts";
import type { RecordCodec } from "../../host/schemas/record-codec.ts";

export type Node = { readonly [attribute: string]: unknown };

const root: Node = {
  type: "record",
  name: "Account",
  namespace: "Sample",
  evento: "root",
  entity: "sample",
  fields: [],
};

/** Declarations of the aggregate `Sample`, behind a root without fields. */
export function sampleNodes(...nodes: readonly Node[]): Node[] {
  return [root, ...nodes.map((node) => ({ namespace: "Sample", ...node }))];
}

export function sampleSchema(...nodes: readonly Node[]): AggregateSchema {
  return parseAggregateSchema(sampleNodes(...nodes));
}

/** An event `Happened` with these fields. */
export function eventNode(fields: readonly Node[]): Node {
  return { type: "record", name: "Happened", evento: "event", fields };
}

export function codecIn(schema: AggregateSchema, event = "Happened"): RecordCodec {
  const codec = schema.events.get(event);
  if (codec === undefined) throw new Error(`sample has no event ${event}`);
  return codec;
}

/** The codec of an event with these fields; other types that they use may follow. */
export function codecOf(fields: readonly Node[], ...others: readonly Node[]): RecordCodec {
  return codecIn(sampleSchema(eventNode(fields), ...others));
}

/** The codec of an event with one field, `value`. */
export function codecOfType(type: unknown, ...others: readonly Node[]): RecordCodec {
  return codecOf([{ name: "value", type }], ...others);
}

export const money: Node = { type: "bytes", logicalType: "decimal", precision: 18, scale: 2 };

export function bytesOf(...bytes: readonly number[]): Uint8Array {
  return Uint8Array.from(bytes);
}
