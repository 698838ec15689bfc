// Reads ranges of partitions to their ends, committed records alone. The client reads only as a member of a group, so that a
// reader joins one of its own, without offsets; markers and aborted records count as read, since a range may end with them.
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from "kafkajs";

import { EventoError } from "../../errors.ts";
import { letGo } from "./deadline.ts";
import { requestRetries } from "./kafka-client.ts";

export type PartitionRange = {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the first record wanted, and that after the last. */
  readonly from: bigint;
  readonly to: bigint;
};

export type ReadRecord = { readonly topic: string; readonly partition: number; readonly message: KafkaMessage };

/** A reader that makes no progress for so long gives up: longer than another host's transaction may stay open. */
const progressDeadlineMs = 60_000;

type Reading = {
  readonly waiting: Map<string, PartitionRange>;
  readonly onRecord: (record: ReadRecord) => void;
  readonly progress: () => void;
  readonly settled: PromiseWithResolvers<void>;
};

export class TopicReader {
  readonly #consumer: Consumer;
  #reading: Reading | undefined;
  #failure: Error | undefined;

  private constructor(consumer: Consumer) {
    this.#consumer = consumer;
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => this.#advance(payload));
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      this.#failure = payload.error;
      this.#reading?.settled.reject(payload.error);
    });
  }

  /** @param group - of its own: no other reader may be a member. */
  static async open(
    kafka: Kafka,
    { topics, group }: { topics: readonly string[]; group: string },
  ): Promise<TopicReader> {
    const consumer = kafka.consumer({
      groupId: group,
      maxWaitTimeInMs: 200,
      retry: { ...requestRetries, restartOnFailure: async () => false },
    });
    const reader = new TopicReader(consumer);
    try {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: false });
      await consumer.run({ autoCommit: false, eachBatch: (batch) => reader.#take(batch) });
    } catch (error) {
      await reader.close();
      throw error;
    }
    return reader;
  }

  /** Reads ranges, each partition's records in their order. An empty range is read at once. */
  async read(ranges: readonly PartitionRange[], onRecord: (record: ReadRecord) => void): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const waiting = new Map(ranges.filter(({ from, to }) => from < to).map((range) => [nameOf(range), range]));
    if (waiting.size === 0) return;
    const settled = Promise.withResolvers<void>();
    let timer = setTimeout(giveUp, progressDeadlineMs);
    const progress = (): void => {
      clearTimeout(timer);
      timer = setTimeout(giveUp, progressDeadlineMs);
    };
    this.#reading = { waiting, onRecord, progress, settled };
    for (const { topic, partition, from } of waiting.values())
      this.#consumer.seek({ topic, partition, offset: String(from) });
    try {
      await settled.promise;
    } finally {
      clearTimeout(timer);
      this.#reading = undefined;
    }

    function giveUp(): void {
      const names = [...waiting.keys()].join(", ");
      settled.reject(
        new EventoError("TOPIC_UNAVAILABLE", `found no progress in reading ${names} for ${progressDeadlineMs} ms`, {
          retryable: true,
          hint: "a transaction of another producer may be open there",
        }),
      );
    }
  }

  async close(): Promise<void> {
    this.#reading?.settled.reject(new EventoError("TOPIC_UNAVAILABLE", "found the reader closed", { retryable: true }));
    await letGo(() => this.#consumer.disconnect());
  }

  async #take({ batch }: EachBatchPayload): Promise<void> {
    const reading = this.#reading;
    const range = reading?.waiting.get(nameOf(batch));
    if (reading === undefined || range === undefined) return;
    reading.progress();
    for (const message of batch.messages) {
      const offset = BigInt(message.offset);
      if (offset < range.from || offset >= range.to) continue;
      reading.onRecord({ topic: batch.topic, partition: batch.partition, message });
    }
  }

  #advance(batch: { topic: string; partition: number; lastOffset: string }): void {
    const reading = this.#reading;
    const range = reading?.waiting.get(nameOf(batch));
    if (reading === undefined || range === undefined) return;
    reading.progress();
    if (BigInt(batch.lastOffset) + 1n < range.to) return;
    reading.waiting.delete(nameOf(batch));
    if (reading.waiting.size === 0) reading.settled.resolve();
  }
}

function nameOf({ topic, partition }: { topic: string; partition: number }): string {
  return `${topic}/${partition}`;
}
