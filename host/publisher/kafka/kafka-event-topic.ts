// The events' topic on Kafka. Where it stands is not remembered but found out with each claim, from the cursor and from the topic
// itself, so that neither a lost reply nor a transaction that Kafka tore makes an event appear twice or not at all.
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";

import type { Admin, Kafka } from "kafkajs";

import { EventoError } from "../../errors.ts";
import { transactionDeadlineMs } from "../../limits.ts";
import type { EventTopic, PublisherNotice, TopicClaim } from "../../ports/publisher.ts";
import { letGo, within } from "./deadline.ts";
import { kafkaClient, type KafkaOptions } from "./kafka-client.ts";
import { topicErrorOf } from "./kafka-errors.ts";
import { KafkaTopicClaim } from "./kafka-topic-claim.ts";
import {
  cursorTopicConfig,
  eventTopicConfig,
  makeTopics,
  offsetsOf,
  type PartitionOffsets,
  type TopicNames,
} from "./topic-making.ts";
import { TopicReader } from "./topic-reader.ts";
import { emptyStanding, StandingFinder, type Standing } from "./topic-standing.ts";
import { type ClaimedPartition, TransactionalWriter } from "./transactional-writer.ts";

export type KafkaEventTopicOptions = {
  readonly kafka: KafkaOptions;
  /** The host's URI: `ce_source` of its events, key of its cursor and identity of its transactions. */
  readonly source: string;
  readonly names: TopicNames;
  /** Partitions of the topic when it is made. */
  readonly partitions: number;
  readonly onNotice: (notice: PublisherNotice) => void;
};

const callDeadlineMs = 30_000;
/** A topic without a cursor is read whole; while that goes on it is not given up, but a topic must be claimed some day. */
const claimDeadlineMs = 600_000;
/** Transactions of other hosts that are open in the topic end before this, if only by their deadline. */
const undecidedMsMax = transactionDeadlineMs + 15_000;
const undecidedLookMs = 100;

export class KafkaEventTopic implements EventTopic {
  readonly #options: KafkaEventTopicOptions;
  readonly #kafka: Kafka;
  readonly #closing = new AbortController();
  /** Ends what a claim is about, when the topic is closed. */
  readonly #open = new Set<() => Promise<void>>();

  constructor(options: KafkaEventTopicOptions) {
    this.#options = options;
    this.#kafka = kafkaClient(options.kafka);
  }

  async claim(): Promise<TopicClaim> {
    if (this.#closing.signal.aborted) throw new EventoError("TOPIC_CLOSED", "found the topic closed");
    const { source, names } = this.#options;
    const what = `claiming ${names.topic}`;
    const writer = new TransactionalWriter({ kafka: this.#kafka, identity: source, signal: this.#closing.signal });
    const release = this.#owned(() => writer.release());
    try {
      const standing = await within(claimDeadlineMs, what, () => this.#claim(writer), this.#closing.signal);
      const offsets = (): Promise<PartitionOffsets[]> => this.#withAdmin((admin) => offsetsOf(admin, names.topic));
      return new KafkaTopicClaim({ source, names, writer, standing, offsets, release });
    } catch (error) {
      await release();
      throw topicErrorOf(error, what);
    }
  }

  async #claim(writer: TransactionalWriter): Promise<Standing> {
    const { names, partitions } = this.#options;
    const { topic, cursorTopic } = names;
    const places = await this.#withAdmin(async (admin) => {
      await makeTopics(admin, [eventTopicConfig(topic, partitions), cursorTopicConfig(cursorTopic)]);
      return (await offsetsOf(admin, topic)).map(({ partition }) => ({ topic, partition }));
    });
    return this.#standing(await writer.claim([...places, { topic: cursorTopic, partition: 0 }]));
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#open].map((release) => release()));
  }

  #owned(end: () => Promise<void>): () => Promise<void> {
    const release = async (): Promise<void> => {
      this.#open.delete(release);
      await end();
    };
    this.#open.add(release);
    return release;
  }

  async #withAdmin<Result>(call: (admin: Admin) => Promise<Result>, deadlineMs = callDeadlineMs): Promise<Result> {
    this.#closing.signal.throwIfAborted();
    const admin = this.#kafka.admin();
    const release = this.#owned(() => letGo(() => admin.disconnect()));
    try {
      return await within(deadlineMs, "asking about topics", async () => {
        await admin.connect();
        return call(admin);
      });
    } finally {
      await release();
    }
  }

  /** Has to come after the writer's claim: from then on nobody else changes what lies before it. */
  async #standing(claimed: readonly ClaimedPartition[]): Promise<Standing> {
    const { source, names, onNotice } = this.#options;
    const [events, cursors] = await this.#withAdmin(
      (admin) =>
        Promise.all([this.#decided(admin, names.topic, claimed), this.#decided(admin, names.cursorTopic, claimed)]),
      undecidedMsMax + callDeadlineMs,
    );
    if (isEmpty(events) && isEmpty(cursors)) return emptyStanding(events.length);
    this.#closing.signal.throwIfAborted();
    const reader = await TopicReader.open(this.#kafka, {
      topics: [names.topic, names.cursorTopic],
      group: `evento-publisher-${randomUUID()}`,
    });
    const release = this.#owned(() => reader.close());
    try {
      return await new StandingFinder({ reader, source, names, onNotice }).find({ events, cursors });
    } finally {
      await release();
    }
  }

  /**
   * Waits until every record before a claim is committed or aborted: readers of committed records are told of no end beyond that.
   *
   * @returns what lies before the claim in a topic, by partition.
   */
  async #decided(admin: Admin, topic: string, claimed: readonly ClaimedPartition[]): Promise<PartitionOffsets[]> {
    const own = claimed.filter((place) => place.topic === topic);
    for (const end = performance.now() + undecidedMsMax; ;) {
      const known = new Map((await offsetsOf(admin, topic)).map((offsets) => [offsets.partition, offsets]));
      const open = own.filter(({ partition, offset }) => (known.get(partition)?.high ?? 0n) <= offset);
      if (open.length === 0)
        return own.map(({ partition, offset }) => {
          const low = known.get(partition)?.low ?? 0n;
          return { partition, low: low < offset ? low : offset, high: offset };
        });
      if (performance.now() > end) throw undecided(topic, open);
      await delay(undecidedLookMs, undefined, { signal: this.#closing.signal });
    }
  }
}

function undecided(topic: string, open: readonly ClaimedPartition[]): EventoError {
  const listed = open.map(({ partition, offset }) => `${partition} before offset ${offset}`).join(", ");
  return new EventoError(
    "TOPIC_UNDECIDED",
    `found records in ${topic} that are neither committed nor aborted: ${listed}`,
    {
      retryable: true,
      hint: "a transaction of another producer hangs there, and all readers of committed records wait: kafka-transactions.sh finds and ends it",
    },
  );
}

function isEmpty(partitions: readonly PartitionOffsets[]): boolean {
  return partitions.every(({ low, high }) => low === high);
}
