// The events' topic on Kafka. Where it stands is not remembered but found out with each claim, from the cursor and from the topic
// itself, so that neither a lost reply nor a transaction that Kafka tore makes an event appear twice or not at all.
import { randomUUID } from "node:crypto";

import type { Admin, Kafka } from "kafkajs";

import { EventoError } from "../../errors.ts";
import type { EventTopic, Publication, PublisherNotice, TopicClaim } from "../../ports/publisher.ts";
import { letGo, within } from "./deadline.ts";
import { eventOf, partitionOf, recordOf } from "./event-records.ts";
import { kafkaClient, type KafkaOptions } from "./kafka-client.ts";
import { topicErrorOf } from "./kafka-errors.ts";
import { decodeCursor, encodeCursor, type PartitionEnd, type TopicCursor } from "./topic-cursor.ts";
import { cursorTopicConfig, eventTopicConfig, makeTopics, offsetsOf, type PartitionOffsets } from "./topic-making.ts";
import { hasLost, progressOf, type PartitionFinding, type Progress } from "./topic-progress.ts";
import { TopicReader, type PartitionRange } from "./topic-reader.ts";
import { TransactionalWriter } from "./transactional-writer.ts";

export type KafkaEventTopicOptions = {
  readonly kafka: KafkaOptions;
  /** The host's URI: `ce_source` of its events, key of its cursor and identity of its transactions. */
  readonly source: string;
  readonly topic: string;
  readonly cursorTopic: string;
  /** Partitions of the topic when it is made. */
  readonly partitions: number;
  readonly onNotice: (notice: PublisherNotice) => void;
};

/** What a claim finds. */
type Standing = {
  readonly cursor: TopicCursor | undefined;
  readonly partitions: number;
  readonly progress: Progress;
};

const callDeadlineMs = 30_000;
/** A topic without a cursor is read whole; while that goes on it is not given up, but a topic must be claimed some day. */
const claimDeadlineMs = 600_000;
/** Records of the cursors' topic that are looked at before all of it is. */
const cursorsRead = 1_000n;

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
    const { source, topic } = this.#options;
    const what = `claiming ${topic}`;
    const writer = new TransactionalWriter({ kafka: this.#kafka, identity: source, signal: this.#closing.signal });
    const release = this.#owned(() => writer.release());
    try {
      const found = await within(claimDeadlineMs, what, () => this.#claim(writer), this.#closing.signal);
      return new KafkaTopicClaim({ ...found, options: this.#options, writer, release });
    } catch (error) {
      await release();
      throw topicErrorOf(error, what);
    }
  }

  async #claim(writer: TransactionalWriter): Promise<Standing> {
    await this.#makeTopics();
    await writer.claim();
    return this.#progress();
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
    const { topic, cursorTopic, partitions } = this.#options;
    await this.#withAdmin((admin) =>
      makeTopics(admin, [eventTopicConfig(topic, partitions), cursorTopicConfig(cursorTopic)]),
    );
  }

  async #withAdmin<Result>(call: (admin: Admin) => Promise<Result>): Promise<Result> {
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
  async #progress(): Promise<Standing> {
    const { topic, cursorTopic } = this.#options;
    const [events, cursors] = await this.#withAdmin((admin) =>
      Promise.all([offsetsOf(admin, topic), offsetsOf(admin, cursorTopic)]),
    );
    if (isEmpty(events) && isEmpty(cursors)) {
      const nothing = progressOf(undefined, new Map());
      return { cursor: undefined, partitions: events.length, progress: nothing };
    }
    const group = `evento-publisher-${randomUUID()}`;
    const reader = await TopicReader.open(this.#kafka, { topics: [topic, cursorTopic], group });
    const release = this.#owned(() => reader.close());
    try {
      const cursor = await this.#readCursor(reader, cursors);
      // A topic with fewer partitions than before was made anew, and is filled anew.
      const partitions = Math.min(cursor?.partitions ?? events.length, events.length);
      const findings = await this.#readFindings(reader, { cursor, events: events.slice(0, partitions) });
      return { cursor, partitions, progress: progressOf(cursor, findings) };
    } finally {
      await release();
    }
  }

  async #readCursor(reader: TopicReader, offsets: readonly PartitionOffsets[]): Promise<TopicCursor | undefined> {
    const { source, cursorTopic } = this.#options;
    const [{ low, high } = { low: 0n, high: 0n }] = offsets;
    const recent = high - cursorsRead;
    for (const from of recent > low ? [recent, low] : [low]) {
      let newest: string | null | undefined;
      const range: PartitionRange = { topic: cursorTopic, partition: 0, from, to: high };
      await reader.read([range], ({ message: { key, value } }) => {
        if (key?.toString() === source) newest = value?.toString() ?? null;
      });
      if (newest === null) return undefined;
      if (newest !== undefined) return decodeCursor(newest);
    }
    return undefined;
  }

  async #readFindings(
    reader: TopicReader,
    { cursor, events }: { cursor: TopicCursor | undefined; events: readonly PartitionOffsets[] },
  ): Promise<Map<number, PartitionFinding>> {
    const startOf = ({ partition, low }: PartitionOffsets): bigint => {
      const end = cursor?.ends.get(partition);
      return end !== undefined && end.offset >= low ? end.offset : low;
    };
    const findings = await this.#find(reader, cursor, events, startOf);
    const losers = events.filter(({ partition }) => {
      const finding = findings.get(partition);
      return finding !== undefined && hasLost(cursor?.ends.get(partition), finding);
    });
    if (losers.length === 0) return findings;
    this.#noteLoss(losers);
    const fromStart = await this.#find(reader, cursor, losers, ({ low }) => low);
    for (const [partition, { last }] of fromStart) {
      const finding = findings.get(partition);
      if (finding !== undefined) findings.set(partition, { ...finding, last });
    }
    return findings;
  }

  async #find(
    reader: TopicReader,
    cursor: TopicCursor | undefined,
    partitions: readonly PartitionOffsets[],
    startOf: (offsets: PartitionOffsets) => bigint,
  ): Promise<Map<number, PartitionFinding>> {
    const { source, topic } = this.#options;
    const findings = new Map<number, PartitionFinding>();
    for (const { partition, low } of partitions) findings.set(partition, { low, last: undefined, endFound: false });
    const ranges = partitions.map((offsets) => ({
      topic,
      partition: offsets.partition,
      from: startOf(offsets),
      to: offsets.high,
    }));
    await reader.read(ranges, ({ partition, message }) => {
      const event = eventOf(message, source);
      const finding = findings.get(partition);
      if (event === undefined || finding === undefined) return;
      const end = cursor?.ends.get(partition);
      const isEnd = end !== undefined && end.offset === BigInt(message.offset) && end.position === event.position;
      findings.set(partition, { ...finding, last: event, endFound: finding.endFound || isEnd });
    });
    return findings;
  }

  #noteLoss(partitions: readonly PartitionOffsets[]): void {
    const { topic, onNotice } = this.#options;
    const names = partitions.map(({ partition }) => partition).join(", ");
    onNotice(
      new EventoError("TOPIC_LOST_EVENTS", `found events missing that were in partition ${names} of ${topic}`, {
        hint: "the topic was made anew or the cluster has lost data; what is missing is published again",
      }),
    );
  }
}

function isEmpty(partitions: readonly PartitionOffsets[]): boolean {
  return partitions.every(({ low, high }) => low === high);
}

class KafkaTopicClaim implements TopicClaim {
  readonly #options: KafkaEventTopicOptions;
  readonly #writer: TransactionalWriter;
  readonly #partitions: number;
  readonly #progress: Progress;
  readonly release: () => Promise<void>;
  #ends: ReadonlyMap<number, PartitionEnd>;
  #position: number;

  constructor(given: {
    options: KafkaEventTopicOptions;
    writer: TransactionalWriter;
    cursor: TopicCursor | undefined;
    partitions: number;
    progress: Progress;
    release: () => Promise<void>;
  }) {
    this.#options = given.options;
    this.#writer = given.writer;
    this.#partitions = given.partitions;
    this.#progress = given.progress;
    this.release = given.release;
    this.#ends = given.cursor?.ends ?? new Map();
    this.#position = given.progress.position;
  }

  get position(): number {
    return this.#position;
  }

  get newest(): TopicClaim["newest"] {
    return this.#progress.newest;
  }

  has({ key, position }: { readonly key: string; readonly position: number }): boolean {
    return position <= (this.#progress.done.get(partitionOf(key, this.#partitions)) ?? 0);
  }

  async publish(publications: readonly Publication[], position: number): Promise<void> {
    const { source, topic, cursorTopic } = this.#options;
    const partitions = this.#partitions;
    const now = Date.now();
    const messages = publications.map((publication) => {
      const partition = partitionOf(publication.key, partitions);
      return { ...recordOf(publication, { partition, now }), partition };
    });
    const positions = publications.map((publication) => publication.position);
    let ends = this.#ends;
    await this.#writer.write({ topic, messages, positions }, (written) => {
      ends = new Map([...this.#ends, ...written]);
      return { topic: cursorTopic, key: source, value: encodeCursor({ position, partitions, ends }) };
    });
    this.#ends = ends;
    this.#position = position;
  }
}
