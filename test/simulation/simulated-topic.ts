// The events' topic on a simulated cluster: the host's own claim, cursor and look at where the topic stands, over calls that are
// lost on the way there or back.
import { EventoError } from "../../host/errors.ts";
import type { EventTopic, TopicClaim } from "../../host/ports/publisher.ts";
import { KafkaTopicClaim } from "../../host/publisher/kafka/kafka-topic-claim.ts";
import type { PartitionOffsets } from "../../host/publisher/kafka/topic-making.ts";
import type { TopicReader } from "../../host/publisher/kafka/topic-reader.ts";
import { emptyStanding, StandingFinder } from "../../host/publisher/kafka/topic-standing.ts";
import type {
  TransactionalWriter,
  WrittenBatch,
  WrittenCursor,
} from "../../host/publisher/kafka/transactional-writer.ts";
import { partitionCount, type PublishedRecord, type SimulatedCluster } from "./simulated-cluster.ts";
import type { Life, World } from "./world.ts";

const away = 0.04;
const replyLost = 0.06;
const tooLarge = 0.02;

const names = { topic: "events", cursorTopic: "cursors" };
type CursorOf = Parameters<TransactionalWriter["write"]>[1];
type Ends = Parameters<CursorOf>[0];
type Read = TopicReader["read"];

export class SimulatedTopic implements EventTopic {
  readonly #world: World;
  readonly #life: Life;
  readonly #cluster: SimulatedCluster;
  readonly #source: string;

  constructor(given: { world: World; life: Life; cluster: SimulatedCluster; source: string }) {
    this.#world = given.world;
    this.#life = given.life;
    this.#cluster = given.cluster;
    this.#source = given.source;
  }

  async claim(): Promise<TopicClaim> {
    const source = this.#source;
    await this.#call("claim");
    const { epoch, offsets } = this.#cluster.claim();
    await this.#reply("claim");
    const { highs } = this.#cluster;
    if (offsets.some((offset, partition) => (highs[partition] ?? 0) <= offset))
      throw new EventoError("TOPIC_UNDECIDED", "simulated: found records before the claim undecided", {
        retryable: true,
      });
    const ranges = offsets.map((offset, partition) => ({ partition, low: 0n, high: BigInt(offset) }));
    const events = ranges.slice(0, partitionCount);
    const cursors = ranges.slice(partitionCount).map((range) => ({ ...range, partition: 0 }));
    const finder = new StandingFinder({ reader: { read: this.#read }, source, names, onNotice: () => {} });
    const isEmpty = ranges.every(({ high }) => high === 0n);
    const standing = isEmpty ? emptyStanding(partitionCount) : await finder.find({ events, cursors });
    const write = (batch: WrittenBatch, cursorOf: CursorOf): Promise<void> => this.#write(epoch, batch, cursorOf);
    // Only `write` is called.
    const writer = { write } as unknown as TransactionalWriter;
    return new KafkaTopicClaim({
      source,
      names,
      writer,
      standing,
      offsets: () => this.#offsets(),
      release: async () => {},
    });
  }

  async #offsets(): Promise<PartitionOffsets[]> {
    await this.#call("offsets");
    const highs = this.#cluster.highs.slice(0, partitionCount);
    return highs.map((high, partition) => ({ partition, low: 0n, high: BigInt(high) }));
  }

  async close(): Promise<void> {}

  readonly #read: Read = async (ranges, onRecord) => {
    await this.#call("read");
    for (const { topic, partition, from, to } of ranges) {
      const records = topic === names.topic ? this.#cluster.committed(partition) : this.#cluster.committedCursors();
      for (const record of records)
        if (record.offset >= from && record.offset < to)
          onRecord({ topic, partition, message: kafkaMessageOf(record) });
    }
  };

  async #write(epoch: number, batch: WrittenBatch, cursorOf: CursorOf): Promise<void> {
    if (batch.messages.length > 1 && this.#world.fault(tooLarge)) {
      this.#world.trace.add("topic: the batch is too large");
      throw new EventoError("RECORD_TOO_LARGE", "simulated: found too many bytes");
    }
    await this.#call(`send ${batch.messages.length} events`);
    const starts = this.#cluster.append(epoch, batch.messages);
    if (starts === undefined) throw fenced();
    await this.#reply("send");
    const cursor: WrittenCursor = cursorOf(endsOf(batch, starts));
    await this.#call("send cursor");
    if (!this.#cluster.appendCursor(epoch, cursor)) throw fenced();
    this.#cluster.send(epoch, "committed");
    await this.#call("commit");
    if (!this.#cluster.arrive(epoch)) throw fenced();
    await this.#reply("commit");
  }

  async #call(what: string): Promise<void> {
    await this.#world.outside(this.#life, `topic: ${what}`);
    if (this.#world.fault(away)) throw this.#unavailable(`${what} does not arrive`);
  }

  async #reply(what: string): Promise<void> {
    await this.#world.outside(this.#life, `topic: ${what} answered`);
    if (this.#world.fault(replyLost)) throw this.#unavailable(`the reply to ${what} is lost`);
  }

  #unavailable(message: string): EventoError {
    this.#world.trace.add(`topic: ${message}`);
    return new EventoError("TOPIC_UNAVAILABLE", `simulated: ${message}`, { retryable: true });
  }
}

/** Where the messages of each partition end. */
function endsOf({ messages, positions }: WrittenBatch, starts: ReadonlyMap<number, number>): Ends {
  const ends = new Map<number, { offset: bigint; position: number }>();
  for (const [index, { partition }] of messages.entries()) {
    const offset = (ends.get(partition)?.offset ?? BigInt(starts.get(partition) ?? 0) - 1n) + 1n;
    ends.set(partition, { offset, position: positions[index] ?? 0 });
  }
  return ends;
}

function kafkaMessageOf({ offset, message }: PublishedRecord): Parameters<Parameters<Read>[1]>[0]["message"] {
  const { key, value, headers = {} } = message;
  return {
    key: Buffer.from(String(key)),
    value: value === null ? null : Buffer.from(value),
    headers,
    offset: String(offset),
    timestamp: "0",
    attributes: 0,
  };
}

function fenced(): EventoError {
  return new EventoError("TOPIC_FENCED", "simulated: found another writer", { retryable: true });
}
