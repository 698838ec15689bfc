// Records that were refused, kept with the reason, so that none that came in is lost without a trace.
import type { Kafka, Producer } from "kafkajs";

import { bufferOver } from "../../domain/buffer-view.ts";
import type { EventoError } from "../../errors.ts";
import { letGo, within } from "./deadline.ts";
import type { IncomingRecord } from "./incoming-record.ts";

const writeDeadlineMs = 60_000;

export class DeadLetters {
  readonly #topic: string;
  readonly #producer: Producer;

  private constructor(topic: string, producer: Producer) {
    this.#topic = topic;
    this.#producer = producer;
  }

  static async open(kafka: Kafka, topic: string): Promise<DeadLetters> {
    const producer = kafka.producer({ maxInFlightRequests: 1, allowAutoTopicCreation: false });
    const letters = new DeadLetters(topic, producer);
    try {
      await producer.connect();
    } catch (error) {
      await letters.close();
      throw error;
    }
    return letters;
  }

  /** Keeps a record as it came, with where it lay and why it was refused as further headers. After a crash perhaps twice. */
  async keep(record: IncomingRecord, error: EventoError): Promise<void> {
    const { topic, partition, offset, key, value, headers } = record;
    const message = {
      key: bufferOf(key),
      value: bufferOf(value),
      headers: {
        ...Object.fromEntries([...headers].map(([name, text]) => [name, Buffer.from(text)])),
        evento_code: error.code,
        evento_reason: error.message,
        evento_topic: topic,
        evento_partition: String(partition),
        evento_offset: String(offset),
      },
    };
    await within(writeDeadlineMs, `writing to ${this.#topic}`, async () => {
      await this.#producer.send({ topic: this.#topic, messages: [message] });
    });
  }

  async close(): Promise<void> {
    await letGo(() => this.#producer.disconnect());
  }
}

function bufferOf(bytes: Uint8Array | null): Buffer | null {
  return bytes === null ? null : bufferOver(bytes);
}
