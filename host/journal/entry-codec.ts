// Journal entries as bytes: a kind byte, then Avro binary of the kind's record. Positions are not in the bytes: an event's
// is that of its group's first event plus its place among them, so no two entries can claim the same.
import avro from "avsc";

import type { Command, Event } from "../domain/envelope.ts";
import type { JournalEntry } from "../ports/journal.ts";

const cause = {
  type: "record",
  name: "Cause",
  fields: [
    { name: "kind", type: { type: "enum", name: "CauseKind", symbols: ["external", "command", "event"] } },
    { name: "id", type: "string" },
  ],
} as const;
const text = (name: string) => ({ name, type: "string" as const });
const long = (name: string) => ({ name, type: "long" as const });
const texts = (name: string) => ({ name, type: { type: "array" as const, items: "string" as const } });
/** CRC-64 fingerprints, 16 hex digits in memory. */
const schema = { name: "schema", type: { type: "fixed", name: "Fingerprint", size: 8 } } as const;

function record(name: string, fields: readonly object[]): avro.Type {
  // avsc's types want mutable, exact schemas; the shape is checked by avsc itself.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return avro.Type.forSchema({ type: "record", name, fields } as unknown as avro.Schema);
}

const envelope = [
  text("id"),
  text("type"),
  text("entity"),
  text("aggregate"),
  text("aggregate_type"),
  long("time"),
  { name: "cause", type: cause },
  text("root_cause"),
  long("depth"),
  { name: "payload", type: "bytes" },
  schema,
];

type Kind = JournalEntry["kind"];

/** The byte of each kind; never given to another kind. */
const kindBytes: { readonly [K in Kind]: number } = {
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
const kinds = new Map<number, Kind>();
for (const [kind, byte] of Object.entries(kindBytes)) if (isKind(kind)) kinds.set(byte, kind);

function isKind(text: string): text is Kind {
  return text in kindBytes;
}

const commandType = record("Command", [...envelope, { name: "not_before", type: ["null", "long"] }]);
const eventType = record("Event", [...envelope, long("sequence")]);
const outcomeType = record("Outcome", [
  text("command_id"),
  { name: "function_digest", type: { type: "fixed", name: "Digest", size: 32 } },
  long("seen_sequence"),
  { name: "seen_state_hash", type: "bytes" },
  long("attempt"),
  long("time"),
  long("duration_us"),
  long("memory_bytes"),
  long("event_count"),
]);
const otherTypes = {
  attempt: record("Attempt", [text("command_id"), long("attempt"), text("reason"), long("time")]),
  parked: record("Parked", [text("command_id"), long("attempts"), text("reason"), long("time")]),
  retried: record("Retried", [text("command_id"), long("time")]),
  cursor: record("Cursor", [text("dispatcher"), long("position")]),
  "cursor-removed": record("CursorRemoved", [text("dispatcher")]),
  "dispatch-parked": record("DispatchParked", [text("dispatcher"), long("position"), text("reason")]),
  "dispatch-retried": record("DispatchRetried", [text("dispatcher"), long("position")]),
  references: record("References", [text("aggregate"), texts("added"), texts("removed")]),
};

/** avsc takes bytes as Buffers only; this is a view, not a copy. */
function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function envelopeRecord(of: Command | Event, type: string, fingerprint: string): { [field: string]: unknown } {
  return {
    id: of.id,
    type,
    entity: of.entity,
    aggregate: of.aggregate,
    aggregate_type: of.aggregate_type,
    time: of.time,
    cause: of.cause,
    root_cause: of.root_cause,
    depth: of.depth,
    payload: bufferOver(of.payload),
    schema: Buffer.from(fingerprint, "hex"),
  };
}

/** The Avro body of an entry. */
function bodyOf(entry: JournalEntry): Buffer {
  switch (entry.kind) {
    case "command":
      return commandType.toBuffer({
        ...envelopeRecord(entry.command, entry.command.command_type, entry.schema),
        not_before: entry.not_before,
      });
    case "event":
      return eventType.toBuffer({
        ...envelopeRecord(entry.event, entry.event.event_type, entry.schema),
        sequence: entry.event.sequence,
      });
    case "outcome":
      return outcomeType.toBuffer({
        ...entry,
        function_digest: Buffer.from(entry.function_digest, "hex"),
        seen_state_hash: bufferOver(entry.seen_state_hash),
      });
    case "attempt":
    case "parked":
    case "retried":
    case "cursor":
    case "cursor-removed":
    case "dispatch-parked":
    case "dispatch-retried":
    case "references":
      return otherTypes[entry.kind].toBuffer(entry);
  }
}

/** An entry as it is stored in a group. */
export function encodeEntry(entry: JournalEntry): Buffer {
  const body = bodyOf(entry);
  const bytes = Buffer.allocUnsafe(body.length + 1);
  bytes[0] = kindBytes[entry.kind];
  bytes.set(body, 1);
  return bytes;
}

/** The kind of a stored entry, without decoding it. */
export function kindOf(bytes: Uint8Array): Kind {
  const kind = kinds.get(bytes[0] ?? 0);
  if (kind === undefined) throw new Error(`invariant broken: the log has an entry of the unknown kind ${bytes[0]}`);
  return kind;
}

/** Reads a stored entry back. @param position - that of the entry, when it is an event. */
export function decodeEntry(bytes: Buffer, position: number): JournalEntry {
  const kind = kindOf(bytes);
  const body = bytes.subarray(1);
  switch (kind) {
    case "command": {
      const read = commandType.fromBuffer(body);
      const { type: command_type, schema: fingerprint, not_before, ...rest } = read;
      return { kind, command: { ...rest, command_type }, schema: fingerprint.toString("hex"), not_before };
    }
    case "event": {
      const { type: event_type, schema: fingerprint, ...rest } = eventType.fromBuffer(body);
      return { kind, event: { ...rest, event_type, position }, schema: fingerprint.toString("hex") };
    }
    case "outcome": {
      const read = outcomeType.fromBuffer(body);
      return { kind, ...read, function_digest: read.function_digest.toString("hex") };
    }
    case "attempt":
    case "parked":
    case "retried":
    case "cursor":
    case "cursor-removed":
    case "dispatch-parked":
    case "dispatch-retried":
    case "references":
      return { kind, ...otherTypes[kind].fromBuffer(body) };
  }
}
