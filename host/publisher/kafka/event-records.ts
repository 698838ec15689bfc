// Publications as Kafka's records, and what a record that was read says of them.
import { Partitioners, type IHeaders, type KafkaMessage, type Message, type PartitionMetadata } from "kafkajs";

import { bufferOver } from "../../domain/buffer-view.ts";
import type { Publication } from "../../ports/publisher.ts";

/** As stock clients do it: murmur2 of the key. */
const partitioner = Partitioners.DefaultPartitioner();

/** Partitions as the partitioner wants to be told of them, by their number: the same for every record of a topic. */
const metadataOf = new Map<number, PartitionMetadata[]>();

/** The partition that a key belongs to, among so many. */
export function partitionOf(key: string, partitions: number): number {
  let partitionMetadata = metadataOf.get(partitions);
  if (partitionMetadata === undefined) {
    partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
      partitionId,
      partitionErrorCode: 0,
      leader: 0,
      replicas: [],
      isr: [],
    }));
    metadataOf.set(partitions, partitionMetadata);
  }
  return partitioner({ topic: "", partitionMetadata, message: { key, value: null } });
}

export function recordOf(publication: Publication, { partition, now }: { partition: number; now: number }): Message {
  return {
    key: publication.key,
    value: bufferOver(publication.value),
    headers: publication.headers,
    partition,
    // Brokers refuse a time that lies ahead of theirs, and the log's clock may.
    timestamp: String(Math.min(publication.time, now)),
  };
}

/** The event that a record is of, when this source has written it. */
export function eventOf(message: KafkaMessage, source: string): { position: number; id: string } | undefined {
  const { headers = {} } = message;
  if (textOf(headers, "ce_source") !== source) return undefined;
  const position = Number(textOf(headers, "ce_position"));
  return Number.isSafeInteger(position) ? { position, id: textOf(headers, "ce_id") } : undefined;
}

function textOf(headers: IHeaders, name: string): string {
  const value = headers[name];
  if (Array.isArray(value)) return String(value[0]);
  return value === undefined ? "" : value.toString();
}
