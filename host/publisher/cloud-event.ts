// An event as it is published: CloudEvents' Kafka binary binding around a payload in Confluent's framing, so that stock consumers
// and registries' deserialisers read both.
//
//   value: 0 | schema id, 4 bytes, big-endian | payload as Avro binary
import type { StoredEvent } from "../domain/envelope.ts";
import type { Publication } from "../ports/publisher.ts";

export type PublishedSchema = {
  /** As the registry knows it. */
  readonly id: number;
  /** Where the schema can be had. */
  readonly uri: string;
};

type Headers = Publication["headers"];

const framingBytes = 5;

/**
 * @param source - URI of the host; `trace` the headers that say which trace the event belongs to.
 * @see CloudEvents 1.0.2 "Kafka Protocol Binding", section 3.2; Confluent Schema Registry "Wire format".
 */
export function publicationOf(
  event: StoredEvent,
  { source, schema, trace }: { source: string; schema: PublishedSchema; trace?: Headers | undefined },
): Publication {
  const value = Buffer.allocUnsafe(framingBytes + event.payload.length);
  value.writeUInt8(0, 0);
  value.writeUInt32BE(schema.id, 1);
  value.set(event.payload, framingBytes);
  return {
    position: event.position,
    id: event.id,
    key: event.aggregate,
    time: event.time,
    value,
    headers: {
      ce_specversion: "1.0",
      ce_id: event.id,
      ce_type: `${event.aggregate_type}.${event.event_type}`,
      ce_source: source,
      ce_subject: event.entity,
      ce_time: new Date(event.time).toISOString(),
      ce_dataschema: schema.uri,
      "content-type": "application/avro",
      ce_aggregate: event.aggregate,
      ce_sequence: String(event.sequence),
      ce_position: String(event.position),
      ce_causekind: event.cause.kind,
      ce_causeid: event.cause.id,
      ce_rootcause: event.root_cause,
      ce_depth: String(event.depth),
      ...trace,
    },
  };
}

/** URI of a host, from the identity of its log. */
export function sourceOf(log: string): string {
  return `urn:uuid:${log}`;
}
