// Envelopes and payloads as a function of the simulated domain reads and writes them.
import { readFileSync } from "node:fs";

import avro from "avsc";

const registry: { [name: string]: avro.Type } = {};
for (const schema of JSON.parse(readFileSync(new URL("../../host/domain/envelopes.avsc", import.meta.url), "utf8")))
  avro.Type.forSchema(schema, { registry, wrapUnions: false });

const typeOf = (schema: unknown): avro.Type => avro.Type.forSchema(schema as avro.Schema, { registry });
const record = (name: string, fields: readonly unknown[]): avro.Type => typeOf({ type: "record", name, fields });
const text = (name: string) => ({ name, type: "string" });
const long = (name: string) => ({ name, type: "long" });

export const commandType = typeOf("evento.Command");
export const eventsType = typeOf({ type: "array", items: "evento.Event" });
export const dispatchedType = typeOf("evento.DispatchedEvent");
export const eventDraftsType = typeOf({ type: "array", items: "evento.EventDraft" });
export const commandDraftsType = typeOf({ type: "array", items: "evento.CommandDraft" });

const commandFields = [text("other"), long("amount")];
const eventFields = [...commandFields, long("seen")];
export const commandPayloadType = record("CommandPayload", commandFields);
/** By the version of the schema. */
export const eventPayloadTypes = {
  1: record("EventPayload1", eventFields),
  2: record("EventPayload2", [...eventFields, text("memo")]),
} as const;
export const accountType = record("AccountState", [
  long("balance"),
  long("count"),
  long("points"),
  { name: "payees", type: { type: "array", items: "string" } },
  { name: "cards", type: { type: "map", values: "long" } },
]);
export const ledgerType = record("LedgerState", [long("count")]);

export type CommandPayload = { readonly other: string; readonly amount: number };
export type EventPayload = CommandPayload & { readonly seen: number; readonly memo?: string };
export type Account = {
  readonly balance: number;
  readonly count: number;
  readonly points: number;
  readonly payees: readonly string[];
  readonly cards: { readonly [card: string]: number };
};

export type CommandEnvelope = {
  readonly entity: string;
  readonly aggregate: string;
  readonly command_type: string;
  readonly payload: Buffer;
};
export type EventEnvelope = {
  readonly entity: string;
  readonly event_type: string;
  readonly time: number;
  readonly payload: Buffer;
};
export type EventDraft = { readonly entity: string; readonly event_type: string; readonly payload: Uint8Array };
export type CommandDraft = {
  readonly entity: string;
  readonly command_type: string;
  readonly payload: Uint8Array;
  readonly not_before: number | null;
};

/** Avro binary as a value of a type that the caller knows. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the schema says what it is, and TypeScript can't see it
export function read<Value>(type: avro.Type, bytes: Uint8Array): Value {
  return type.fromBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) as Value;
}
