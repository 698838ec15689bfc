// A log whose events are the same whenever it is made, published to a real Kafka; and the check that all came out as they should.
import type { ExecutionContext } from "ava";

import { MemoryDisk } from "../../host/journal/memory/memory-disk.ts";
import { openMemoryJournal } from "../../host/journal/memory/memory-journal.ts";
import { systemClock } from "../../host/clock.ts";
import type { Journal } from "../../host/ports/journal.ts";
import type { Publisher } from "../../host/ports/publisher.ts";
import { eventTopic, kafkaPublisher } from "../../host/publisher/kafka/kafka-publisher.ts";
import { outsideEventEntry } from "../journal/sample-entries.ts";
import { consumeAll } from "../services/kcat.ts";

const aggregateCount = 17;

export class PublishingLog {
  readonly journal: Journal;
  readonly notices: string[] = [];
  readonly #log: string;
  readonly #payloadBytes: number;
  #appended = 0;

  private constructor(journal: Journal, { log, payloadBytes }: { log: string; payloadBytes: number }) {
    this.journal = journal;
    this.#log = log;
    this.#payloadBytes = payloadBytes;
  }

  static async open(options: { log: string; payloadBytes: number }): Promise<PublishingLog> {
    return new PublishingLog(await openMemoryJournal({ disk: new MemoryDisk() }), options);
  }

  get appended(): number {
    return this.#appended;
  }

  async append(count: number, payloadBytes = this.#payloadBytes): Promise<void> {
    const durable: Promise<void>[] = [];
    for (let index = 0; index < count; index++) {
      const position = this.#appended + 1;
      this.#appended = position;
      const aggregate = `savings:${position % aggregateCount}`;
      const sequence = Math.ceil(position / aggregateCount);
      const payload = payloadOf(position, payloadBytes);
      durable.push(
        this.journal.append([outsideEventEntry(`event-${position}`, aggregate, sequence, { payload })]).durable,
      );
    }
    await Promise.all(durable);
  }

  publisher(broker: string): Publisher {
    return kafkaPublisher({
      kafka: { brokers: [broker] },
      log: this.#log,
      journal: this.journal,
      schemas: {
        schemaOf: async () => ({ id: 4097, uri: "http://127.0.0.1/registry/schemas/ids/4097" }),
        recordOf: async () => undefined,
      },
      clock: systemClock,
      onNotice: ({ code }) => this.notices.push(code),
    });
  }
}

function payloadOf(position: number, bytes: number): Uint8Array {
  return Buffer.from(`${position} `.padEnd(bytes, "x"));
}

/** Checks that the topic has each event of a log once, whole, and those of an aggregate in order. */
export async function requireEachOnce(
  t: ExecutionContext,
  { broker, log, count }: { broker: string; log: string; count: number },
): Promise<void> {
  const records = await consumeAll(broker, { topic: eventTopic, count, source: `urn:uuid:${log}` });
  const positions = records.map(({ headers }) => Number(headers["ce_position"]));
  t.is(new Set(positions).size, count, "every event is there");
  t.is(positions.length, count, "no event is there twice");
  for (const inPartition of Map.groupBy(records, ({ partition }) => partition).values()) {
    const order = inPartition.map(({ headers }) => Number(headers["ce_position"]));
    t.deepEqual(
      order,
      order.toSorted((one, other) => one - other),
    );
  }
  for (const [index, { key, value, headers }] of records.entries())
    if (key !== headers["ce_aggregate"] || !value.slice(5).startsWith(`${positions[index]} x`))
      t.fail(`position ${positions[index]} has key ${key} and value ${value.slice(0, 40)}`);
}

/** Waits until a publisher has nothing left to do. */
export async function published(publisher: Publisher, deadlineMs = 90_000): Promise<void> {
  for (const end = Date.now() + deadlineMs; ;) {
    const { state, lag, last_error } = publisher.status();
    if (state === "following" && lag === 0) return;
    if (Date.now() > end) throw new Error(`${state} with a lag of ${lag}: ${last_error?.message ?? ""}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
