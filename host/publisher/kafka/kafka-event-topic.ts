// The events' topic on Kafka. Where it stands is not remembered but found out with each claim, from the cursor and from the topic
// itself, so that neither a lost reply nor a transaction that Kafka tore makes an event appear twice or not at all.
import { randomUUID } from "node:crypto";

import type { Admin, Kafka } from "kafkajs";

import { EventoError } from "../../errors.ts";
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
import { TransactionalWriter } from "./transactional-writer.ts";

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
      return new KafkaTopicClaim({ source, names, writer, standing, release });
    } catch (error) {
      await release();
      throw topicErrorOf(error, what);
    }
  }

  async #claim(writer: TransactionalWriter): Promise<Standing> {
    await this.#makeTopics();
    await writer.claim();
    return this.#standing();
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

  async #makeTopics(): Promise<void> {
    const { names, partitions } = this.#options;
    await this.#withAdmin((admin) =>
      makeTopics(admin, [eventTopicConfig(names.topic, partitions), cursorTopicConfig(names.cursorTopic)]),
    );
  }

  async #withAdmin<Result>(call: (admin: Admin) => Promise<Result>): Promise<Result> {
    this.#closing.signal.throwIfAborted();
    const admin = this.#kafka.admin();
    const release = this.#owned(() => letGo(() => admin.disconnect()));
    try {
      return await within(callDeadlineMs, "asking about topics", async () => {
        await admin.connect();
        return call(admin);
      });
    } finally {
      await release();
    }
  }

  /** Has to come after the writer's claim: from then on nobody else changes what is read here. */
  async #standing(): Promise<Standing> {
    const { source, names, onNotice } = this.#options;
    const [events, cursors] = await this.#withAdmin((admin) =>
      Promise.all([offsetsOf(admin, names.topic), offsetsOf(admin, names.cursorTopic)]),
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
}

function isEmpty(partitions: readonly PartitionOffsets[]): boolean {
  return partitions.every(({ low, high }) => low === high);
}
