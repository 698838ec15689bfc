// Journal entries as Avro records, one a kind. What can be told from the rest is left out: an empty text stands for the value
// that is nearly always the case, a number for a name of the group's table. Positions are not stored at all: an event's is that
// of its group's first event plus its place among them, so no two can claim the same.
import type avro from "avsc";

import { bufferOver } from "../domain/buffer-view.ts";
import { eventIdOf } from "../domain/derived-id.ts";
import type { Cause, Command, Event } from "../domain/envelope.ts";
import { invariant } from "../errors.ts";
import type { JournalEntry } from "../ports/journal.ts";
import { bytes, long, recordType, text, texts } from "./avro-record.ts";
import { derivedIndexOf } from "./derived-event.ts";
import type { NameTable } from "./name-table.ts";

type Kind = JournalEntry["kind"];

/** What commands and events have in common: a record of its own, which adds no byte. */
const envelopeType = recordType("Envelope", [
  long("type"),
  text("entity"),
  text("aggregate"),
  long("aggregate_type"),
  long("time"),
  { name: "cause_kind", type: { type: "enum", name: "CauseKind", symbols: ["external", "command", "event"] } },
  text("cause_id"),
  text("root_cause"),
  long("depth"),
  long("schema"),
  bytes("payload"),
]);
const envelope = { name: "envelope", type: envelopeType };

/** The record of each kind. */
const types: { readonly [K in Kind]: avro.Type } = {
  command: recordType("Command", [text("id"), envelope, { name: "not_before", type: ["null", "long"] }]),
  event: recordType("Event", [text("id"), long("index"), envelope, long("sequence")]),
  outcome: recordType("Outcome", [
    text("command_id"),
    long("function_digest"),
    long("seen_sequence"),
    bytes("seen_state_hash"),
    long("attempt"),
    long("time"),
    long("duration_us"),
    long("memory_bytes"),
    long("event_count"),
  ]),
  attempt: recordType("Attempt", [text("command_id"), long("attempt"), text("reason"), long("time")]),
  parked: recordType("Parked", [text("command_id"), long("attempts"), text("reason"), long("time")]),
  retried: recordType("Retried", [text("command_id"), long("time")]),
  cursor: recordType("Cursor", [long("dispatcher"), long("position")]),
  "cursor-removed": recordType("CursorRemoved", [long("dispatcher")]),
  "dispatch-parked": recordType("DispatchParked", [long("dispatcher"), long("position"), text("reason")]),
  "dispatch-retried": recordType("DispatchRetried", [long("dispatcher"), long("position")]),
  references: recordType("References", [text("aggregate"), texts("added"), texts("removed")]),
};

/** The number of each kind in the log; never given to another. */
const kindNumbers: { readonly [K in Kind]: number } = {
  command: 1,
  event: 2,
  outcome: 3,
  attempt: 4,
  parked: 5,
  retried: 6,
  cursor: 7,
  "cursor-removed": 8,
  "dispatch-parked": 9,
  "dispatch-retried": 10,
  references: 11,
};
const kinds: (Kind | undefined)[] = [];
for (const [kind, number] of Object.entries(kindNumbers)) if (isKind(kind)) kinds[number] = kind;

function isKind(name: string): name is Kind {
  return name in kindNumbers;
}

export const eventKindNumber = kindNumbers.event;

export function kindNumberOf(kind: Kind): number {
  return kindNumbers[kind];
}

export function typeOf(kind: Kind): avro.Type {
  return types[kind];
}

/** What is left out when it can be told: the aggregate of a root, an own id as cause, a cause as root cause. */
function envelopeRecord(of: Command | Event, type: string, schema: string, names: NameTable) {
  return {
    type: names.numberOf(type),
    entity: of.entity,
    aggregate: of.aggregate === of.entity ? "" : of.aggregate,
    aggregate_type: names.numberOf(of.aggregate_type),
    time: of.time,
    cause_kind: of.cause.kind,
    cause_id: of.cause.id === of.id ? "" : of.cause.id,
    root_cause: of.root_cause === of.cause.id ? "" : of.root_cause,
    depth: of.depth,
    schema: names.numberOf(schema),
    payload: bufferOver(of.payload),
  };
}

/** The record that `typeOf` an entry's kind writes. */
export function recordOf(entry: JournalEntry, names: NameTable): object {
  switch (entry.kind) {
    case "command": {
      const { command, schema, not_before } = entry;
      return { id: command.id, envelope: envelopeRecord(command, command.command_type, schema, names), not_before };
    }
    case "event": {
      const { event, schema } = entry;
      const index = derivedIndexOf(event);
      return {
        id: index < 0 ? event.id : "",
        index,
        envelope: envelopeRecord(event, event.event_type, schema, names),
        sequence: event.sequence,
      };
    }
    case "outcome":
      return {
        ...entry,
        function_digest: names.numberOf(entry.function_digest),
        seen_state_hash: bufferOver(entry.seen_state_hash),
      };
    case "cursor":
    case "cursor-removed":
    case "dispatch-parked":
    case "dispatch-retried":
      return { ...entry, dispatcher: names.numberOf(entry.dispatcher) };
    case "attempt":
    case "parked":
    case "retried":
    case "references":
      return entry;
  }
}

/** A name of a group by its number. */
export function nameOf(names: readonly string[], number: number): string {
  const name = names[number];
  invariant(name !== undefined, `a stored entry names ${number} of ${names.length} names`);
  return name;
}

/** Reads an entry back. @param position - that of the entry, when it is an event. */
export function readEntry(stored: {
  readonly kindNumber: number;
  readonly buffer: Buffer;
  readonly start: number;
  readonly names: readonly string[];
  readonly position: number;
}): JournalEntry {
  const { kindNumber, names, position } = stored;
  const kind = kinds[kindNumber];
  invariant(kind !== undefined, `the log has an entry of the unknown kind ${kindNumber}`);
  const { value: read } = types[kind].decode(stored.buffer, stored.start);
  switch (kind) {
    case "command":
      return {
        kind,
        command: commandOf(read, names),
        schema: nameOf(names, read.envelope.schema),
        not_before: read.not_before,
      };
    case "event":
      return { kind, event: eventOf(read, names, position), schema: nameOf(names, read.envelope.schema) };
    // The copy comes first, and is a plain object where avsc reads one of a class of its own.
    case "outcome":
      return { ...read, kind, function_digest: nameOf(names, read.function_digest) };
    case "cursor":
    case "cursor-removed":
    case "dispatch-parked":
    case "dispatch-retried":
      return { ...read, kind, dispatcher: nameOf(names, read.dispatcher) };
    case "attempt":
    case "parked":
    case "retried":
    case "references":
      return { ...read, kind };
  }
}

type CommandRecord = { readonly id: string; readonly envelope: ReturnType<typeof envelopeRecord> };
type EventRecord = CommandRecord & { readonly index: number; readonly sequence: number };

function commandOf({ id, envelope }: CommandRecord, names: readonly string[]): Command {
  const cause: Cause = { kind: envelope.cause_kind, id: envelope.cause_id || id };
  return {
    id,
    command_type: nameOf(names, envelope.type),
    entity: envelope.entity,
    aggregate: envelope.aggregate || envelope.entity,
    aggregate_type: nameOf(names, envelope.aggregate_type),
    time: envelope.time,
    cause,
    root_cause: envelope.root_cause || cause.id,
    depth: envelope.depth,
    payload: envelope.payload,
  };
}

function eventOf(
  { id: ownId, index, envelope, sequence }: EventRecord,
  names: readonly string[],
  position: number,
): Event {
  const id = index < 0 ? ownId : eventIdOf(envelope.cause_id, index);
  const cause: Cause = { kind: envelope.cause_kind, id: envelope.cause_id || id };
  return {
    id,
    event_type: nameOf(names, envelope.type),
    entity: envelope.entity,
    aggregate: envelope.aggregate || envelope.entity,
    aggregate_type: nameOf(names, envelope.aggregate_type),
    sequence,
    position,
    time: envelope.time,
    cause,
    root_cause: envelope.root_cause || cause.id,
    depth: envelope.depth,
    payload: envelope.payload,
  };
}

/** Milliseconds since 1970 of an entry; 0 when it has no time. */
export function timeOf(entry: JournalEntry): number {
  if (entry.kind === "command") return entry.command.time;
  if (entry.kind === "event") return entry.event.time;
  return "time" in entry ? entry.time : 0;
}
