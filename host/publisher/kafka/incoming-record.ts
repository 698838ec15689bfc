// A record that comes in from a topic, as the command or the outside event that it stands for: the same drafts and rules as over
// HTTP. In one of two forms:
//
//   JSON   the draft that POST /commands or POST /events take, with `command_type` or `event_type`
//   Avro   CloudEvents in binary mode around Confluent's framing, as events go out: `ce_type` is Aggregate.Record, `ce_subject`
//          the entity, `ce_id` the id
import { bufferOver } from "../../domain/buffer-view.ts";
import { callOf } from "../../domain/trace-context.ts";
import type { CommandPost, EventPost } from "../../engine/intake.ts";
import { EventoError, reasonOf } from "../../errors.ts";
import { bodyBytesMax } from "../../limits.ts";
import type { SchemaIds } from "../../registry/schema-ids.ts";
import { commandPostOf, eventPostOf } from "../../rest/drafts.ts";

export type IncomingRecord = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** As the broker has it, in milliseconds since 1970. */
  readonly timestamp: string;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: ReadonlyMap<string, Uint8Array>;
};

export type IncomingPost =
  | { readonly kind: "command"; readonly post: CommandPost }
  | { readonly kind: "event"; readonly post: EventPost };

const framingBytes = 5;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a record.
 *
 * @throws EventoError RECORD_INVALID, BODY_INVALID, AVRO_INVALID when it is no draft; REGISTRY_UNAVAILABLE (retryable)
 */
export async function readIncoming(
  record: IncomingRecord,
  schemas: Pick<SchemaIds, "recordOf">,
): Promise<IncomingPost> {
  const { value } = record;
  if (value === null || value.length === 0) throw invalid("no value");
  if (value.length > bodyBytesMax) throw invalid(`a value of ${value.length} bytes (at most ${bodyBytesMax} allowed)`);
  const incoming = value[0] === 0 ? await readFramed(record, value, schemas) : readJson(record, value);
  const call = callOf(header(record, "traceparent") ?? header(record, "ce_traceparent"));
  if (incoming.kind === "event") return { kind: "event", post: { ...incoming.post, call } };
  return { kind: "command", post: { ...incoming.post, call } };
}

function readJson(record: IncomingRecord, value: Uint8Array): IncomingPost {
  const draft = jsonOf(value);
  if (typeof draft === "object" && draft !== null && "event_type" in draft) {
    const post = eventPostOf(draft);
    return { kind: "event", post: { ...post, id: post.id ?? idOf(record) } };
  }
  const post = commandPostOf(draft);
  return { kind: "command", post: { ...post, id: post.id ?? idOf(record) } };
}

async function readFramed(
  record: IncomingRecord,
  value: Uint8Array,
  schemas: Pick<SchemaIds, "recordOf">,
): Promise<IncomingPost> {
  const type = requiredHeader(record, "ce_type");
  const entity = requiredHeader(record, "ce_subject");
  if (value.length < framingBytes) throw invalid(`${value.length} bytes, which end within the schema's id`);
  const schemaId = bufferOver(value).readUInt32BE(1);
  const found = await schemas.recordOf(schemaId, type);
  if (found === undefined) throw invalid(`the schema id ${schemaId}, which is none of ${type}`);
  const bytes = value.subarray(framingBytes);
  found.codec.check(bytes);
  const payload = found.codec.toJson(bytes);
  const id = idOf(record);
  switch (found.kind) {
    case "command":
      return { kind: "command", post: { id, entity, command_type: found.codec.name, payload } };
    case "event":
      return { kind: "event", post: { id, entity, event_type: found.codec.name, payload } };
    case "root":
      throw invalid(`${type}, which is neither a command nor an event`);
  }
}

/** The id that the sender gave, else where the record lies: either way the same record has the same id whenever it is read. */
function idOf(record: IncomingRecord): string {
  const { topic, partition, offset, timestamp } = record;
  return header(record, "ce_id") ?? `${topic}:${partition}:${offset}:${timestamp}`;
}

function header({ headers }: IncomingRecord, name: string): string | undefined {
  const value = headers.get(name);
  return value === undefined ? undefined : textOf(value);
}

function requiredHeader(record: IncomingRecord, name: string): string {
  const value = header(record, name);
  if (value === undefined) throw invalid(`Avro without the header ${name}`);
  return value;
}

function jsonOf(value: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(value));
  } catch (cause) {
    throw invalid(`a value that is neither JSON nor framed Avro: ${reasonOf(cause)}`, cause);
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw invalid("a header that is not UTF-8", cause);
  }
}

function invalid(found: string, cause?: unknown): EventoError {
  return new EventoError("RECORD_INVALID", `found ${found}, expected a draft of a command or an event`, {
    hint: "send the JSON that POST /commands takes, or Avro in Confluent's framing with ce_type, ce_subject and ce_id",
    cause,
  });
}
