// Writes a batch and the cursor in one transaction. Of several writers of one identity only the newest can.
import type { Kafka, Message, Producer, RecordMetadata, Transaction } from "kafkajs";

import { EventoError } from "../../errors.ts";
import { transactionDeadlineMs } from "../../limits.ts";
import { letGo, within } from "./deadline.ts";
import { topicErrorOf } from "./kafka-errors.ts";
import type { PartitionEnd } from "./topic-cursor.ts";

const writeDeadlineMs = 60_000;

export type WrittenBatch = {
  readonly topic: string;
  /** With their partitions, in order. */
  readonly messages: readonly (Message & { readonly partition: number })[];
  /** Position of each message, by index. */
  readonly positions: readonly number[];
};

export type WrittenCursor = { readonly topic: string; readonly key: string; readonly value: string };

export class TransactionalWriter {
  readonly #kafka: Kafka;
  readonly #identity: string;
  readonly #signal: AbortSignal;
  #producer: Producer | undefined;

  /** @param given - `signal` gives up what is under way. */
  constructor({ kafka, identity, signal }: { kafka: Kafka; identity: string; signal: AbortSignal }) {
    this.#kafka = kafka;
    this.#signal = signal;
    this.#identity = identity;
  }

  /** Fences every other writer of this identity off and has what it left open ended. */
  async claim(): Promise<void> {
    await within(writeDeadlineMs, "claiming the transactions", async () => {
      const producer = this.#kafka.producer({
        transactionalId: this.#identity,
        transactionTimeout: transactionDeadlineMs,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
      });
      this.#producer = producer;
      await producer.connect();
      // The client takes its epoch with the first transaction; an empty one sends nothing else.
      const transaction = await producer.transaction();
      await transaction.abort();
    });
  }

  /**
   * Writes in one transaction.
   *
   * @param cursorOf - makes the cursor from where the messages lie, by partition.
   * @throws EventoError RECORD_TOO_LARGE when nothing was written; TOPIC_UNAVAILABLE or TOPIC_FENCED when it is not known.
   */
  async write(
    batch: WrittenBatch,
    cursorOf: (ends: ReadonlyMap<number, PartitionEnd>) => WrittenCursor,
  ): Promise<void> {
    const what = `writing to ${batch.topic}`;
    const call = async (): Promise<void> => {
      const producer = this.#producer;
      if (producer === undefined) throw new EventoError("TOPIC_UNAVAILABLE", "found no claim", { retryable: true });
      const transaction = await producer.transaction();
      await this.#send(transaction, batch, cursorOf);
      await transaction.commit();
    };
    try {
      await within(writeDeadlineMs, what, call, this.#signal);
    } catch (error) {
      throw topicErrorOf(error, what);
    }
  }

  async #send(
    transaction: Transaction,
    batch: WrittenBatch,
    cursorOf: (ends: ReadonlyMap<number, PartitionEnd>) => WrittenCursor,
  ): Promise<void> {
    // One request at a time: requests side by side may land in another order.
    const written = batch.messages.length === 0 ? [] : await this.#sendEvents(transaction, batch);
    const cursor = cursorOf(endsOf(batch, written));
    await transaction.send({ topic: cursor.topic, messages: [{ key: cursor.key, value: cursor.value, partition: 0 }] });
  }

  async #sendEvents(transaction: Transaction, { topic, messages }: WrittenBatch): Promise<RecordMetadata[]> {
    try {
      return await transaction.send({ topic, messages: [...messages] });
    } catch (error) {
      const mapped = topicErrorOf(error, `writing to ${topic}`);
      if (mapped.code !== "RECORD_TOO_LARGE") throw mapped;
      await transaction.abort();
      // Partitions may have taken their part, and the client has counted it back: under the same epoch the next records would
      // pass for repetitions of these.
      await this.release();
      await this.claim();
      throw mapped;
    }
  }

  async release(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    if (producer !== undefined) await letGo(() => producer.disconnect());
  }
}

/** Where the messages of each partition end. @throws when the client has left a partition out, as it may when leaders change */
function endsOf({ messages, positions }: WrittenBatch, written: readonly RecordMetadata[]): Map<number, PartitionEnd> {
  const counts = new Map<number, { count: number; position: number }>();
  for (const [index, { partition }] of messages.entries())
    counts.set(partition, { count: (counts.get(partition)?.count ?? 0) + 1, position: positions[index] ?? 0 });
  const ends = new Map<number, PartitionEnd>();
  for (const [partition, { count, position }] of counts) {
    const answer = written.find((metadata) => metadata.partition === partition);
    const baseOffset = answer?.baseOffset;
    if (answer?.errorCode !== 0 || baseOffset === undefined || baseOffset.startsWith("-"))
      throw new EventoError("TOPIC_UNAVAILABLE", `found no answer about partition ${partition}, expected its offset`, {
        retryable: true,
      });
    ends.set(partition, { offset: BigInt(baseOffset) + BigInt(count - 1), position });
  }
  return ends;
}
