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

/** A partition, and the offset in it of the first record that lies behind a claim. */
export type ClaimedPartition = { readonly topic: string; readonly partition: number; readonly offset: bigint };

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

  /**
   * Fences every other writer of this identity off and has what it left open ended, in each partition by a marker of this claim's own.
   * A new epoch alone does not do that: a broker that is killed just after it took a commit may leave partitions without their marker
   * and call the transaction complete all the same (seen with 4.4.0). Their records stay undecided until the next marker.
   *
   * @returns the partitions, with an offset behind everything that was written there before.
   */
  async claim(partitions: readonly Omit<ClaimedPartition, "offset">[]): Promise<ClaimedPartition[]> {
    return within(writeDeadlineMs, "claiming the transactions", async () => {
      const producer = this.#kafka.producer({
        transactionalId: this.#identity,
        transactionTimeout: transactionDeadlineMs,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
      });
      this.#producer = producer;
      await producer.connect();
      const transaction = await producer.transaction();
      // Records that no reader of committed ones sees: a transaction has markers only where it has records.
      const key = `${this.#identity}#claim`;
      const topicMessages = [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, places]) => ({
        topic,
        messages: places.map(({ partition }) => ({ key, value: null, partition })),
      }));
      const written = await transaction.sendBatch({ topicMessages });
      await transaction.abort();
      return partitions.map(({ topic, partition }) => ({
        topic,
        partition,
        offset: offsetIn(
          written.filter(({ topicName }) => topicName === topic),
          partition,
        ),
      }));
    });
  }

  /**
   * Writes in one transaction.
   *
   * @param cursorOf - makes the cursor from where the messages lie, by partition.
   * @throws EventoError RECORD_TOO_LARGE when nothing was written; TOPIC_UNAVAILABLE or TOPIC_FENCED when it is not known. In either
   *   case the writer is of no more use: the client has counted back what partitions may have taken.
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
      // Readers need not wait for the next claim.
      if (mapped.code === "RECORD_TOO_LARGE") await transaction.abort();
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
  for (const [partition, { count, position }] of counts)
    ends.set(partition, { offset: offsetIn(written, partition) + BigInt(count - 1), position });
  return ends;
}

function offsetIn(written: readonly RecordMetadata[], partition: number): bigint {
  const answer = written.find((metadata) => metadata.partition === partition);
  const baseOffset = answer?.baseOffset;
  if (answer?.errorCode !== 0 || baseOffset === undefined || baseOffset.startsWith("-"))
    throw new EventoError("TOPIC_UNAVAILABLE", `found no answer about partition ${partition}, expected its offset`, {
      retryable: true,
    });
  return BigInt(baseOffset);
}
