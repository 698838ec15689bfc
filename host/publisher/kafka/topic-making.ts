// Makes the topics that are not there. One that is there is taken as it is: its settings are its owner's.
import { setTimeout as delay } from "node:timers/promises";

import type { Admin, ITopicConfig } from "kafkajs";

import { publishedBytesMax } from "../../limits.ts";
import { kafkaErrorType } from "./kafka-errors.ts";

/** The topic of events, and that of the cursors beside it. */
export type TopicNames = { readonly topic: string; readonly cursorTopic: string };

/** Events are kept until somebody decides otherwise: the topic is history, not a queue. */
export function eventTopicConfig(topic: string, partitions: number): ITopicConfig {
  return {
    topic,
    numPartitions: partitions,
    configEntries: [
      { name: "cleanup.policy", value: "delete" },
      { name: "retention.ms", value: "-1" },
      { name: "retention.bytes", value: "-1" },
      { name: "max.message.bytes", value: String(publishedBytesMax) },
    ],
  };
}

/** One record a host matters, the newest: small segments, so that the others go soon. */
export function cursorTopicConfig(topic: string): ITopicConfig {
  return {
    topic,
    numPartitions: 1,
    configEntries: [
      { name: "cleanup.policy", value: "compact" },
      { name: "segment.bytes", value: String(1 << 20) },
      { name: "segment.ms", value: String(3_600_000) },
      { name: "min.cleanable.dirty.ratio", value: "0.1" },
    ],
  };
}

/** What comes in, and what was refused of it: kept as the cluster's owner has it by default. */
export function intakeTopicConfig(topic: string, partitions: number): ITopicConfig {
  return { topic, numPartitions: partitions };
}

export async function makeTopics(admin: Admin, topics: readonly ITopicConfig[]): Promise<void> {
  const known = new Set(await admin.listTopics());
  const missing = topics.filter(({ topic }) => !known.has(topic));
  if (missing.length === 0) return;
  // Another host may make them at the same moment: then this answers false, and all is well.
  await admin.createTopics({ topics: missing, waitForLeaders: true });
  for (const { topic } of missing) await untilLed(admin, topic);
}

/** Longest wait for the leaders of a new topic, and how often they are asked. */
const leadersMsMax = 10_000;
const leadersLookMs = 100;
const withoutLeader = new Set(["LEADER_NOT_AVAILABLE", "NOT_LEADER_FOR_PARTITION", "UNKNOWN_TOPIC_OR_PARTITION"]);

/** Waits until the leaders of a new topic know that they are: metadata names them before. */
async function untilLed(admin: Admin, topic: string): Promise<void> {
  for (const end = performance.now() + leadersMsMax; ;) {
    try {
      await admin.fetchTopicOffsets(topic);
      return;
    } catch (error) {
      if (!withoutLeader.has(kafkaErrorType(error) ?? "") || performance.now() > end) throw error;
    }
    await delay(leadersLookMs);
  }
}

export type PartitionOffsets = {
  readonly partition: number;
  /** Offset of the first record, and that of the next one to come. */
  readonly low: bigint;
  readonly high: bigint;
};

export async function offsetsOf(admin: Admin, topic: string): Promise<PartitionOffsets[]> {
  const partitions = await admin.fetchTopicOffsets(topic);
  return partitions
    .map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }))
    .toSorted((one, other) => one.partition - other.partition);
}
