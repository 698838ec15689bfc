// Commands and outside events from a topic. Where it stands is kept in the log itself, not with Kafka: a record counts as read once
// what it led to is on disk, and one that is read again has the same id and no second effect.
//
//   record ──► draft ──► the engine, as over HTTP ──► on disk ──► cursor
//                 └──refused──► dead letters, with the reason ──┘
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from "kafkajs";

import type { EventoError } from "../../errors.ts";
import { intakeRecordsMax, publishRetryMsMax, publishRetryMsMin } from "../../limits.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Journal } from "../../ports/journal.ts";
import type { SchemaIds } from "../../registry/schema-ids.ts";
import { Wake } from "../wake.ts";
import { DeadLetters } from "./dead-letters.ts";
import { letGo, within } from "./deadline.ts";
import type { IncomingRecord } from "./incoming-record.ts";
import { kafkaClient, requestRetries, type KafkaOptions } from "./kafka-client.ts";
import { topicErrorOf } from "./kafka-errors.ts";
import { RecordIntake, type Door, type HandedOver } from "./record-intake.ts";
import { intakeTopicConfig, makeTopics, offsetsOf } from "./topic-making.ts";

const commandTopic = "kf-evento-commands";
const deadLetterTopic = "kf-evento-commands-dead";

export type KafkaIntakeOptions = {
  readonly kafka: KafkaOptions;
  /** Identity of the log: hosts with other logs read the topic for themselves. */
  readonly log: string;
  readonly door: Door;
  readonly journal: Pick<Journal, "append" | "cursor">;
  readonly schemas: Pick<SchemaIds, "recordOf">;
  readonly clock: Clock;
  /** Told why reading waits, once until it goes on or another reason comes. */
  readonly onNotice: (notice: EventoError) => void;
  /** Partitions of the topic when it is made. */
  readonly partitions?: number;
  /** Other names than the usual ones. */
  readonly topic?: string;
  readonly deadLetters?: string;
};

export type KafkaIntakeStatus = {
  readonly state: "stopped" | "connecting" | "following" | "waiting" | "closed";
  /** Records since the start: taken in, and refused. */
  readonly taken: number;
  readonly refused: number;
  /** Records behind those read last, in the partitions that were read from. */
  readonly lag: number;
  readonly last_error: { readonly time: number; readonly code: string; readonly message: string } | undefined;
};

const callDeadlineMs = 60_000;
const partitionsDefault = 12;

export class KafkaIntake {
  readonly #options: KafkaIntakeOptions;
  readonly #kafka: Kafka;
  readonly #topic: string;
  readonly #deadLetters: string;
  readonly #wake: Wake;
  readonly #records: RecordIntake;
  /** Offset of the next record of each partition. */
  readonly #next = new Map<number, bigint>();
  readonly #lags = new Map<number, number>();
  /** What is taken in now; the client may call for several partitions. */
  readonly #batches = new Set<Promise<void>>();
  #state: KafkaIntakeStatus["state"] = "stopped";
  #lastError: KafkaIntakeStatus["last_error"];
  /** Code of the failure that was told last, until reading goes on. */
  #told: string | undefined;
  #retryMs = publishRetryMsMin;
  #ended = Promise.withResolvers<void>();
  #running: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: KafkaIntakeOptions) {
    const { door, schemas, clock } = options;
    this.#options = options;
    this.#kafka = kafkaClient(options.kafka);
    this.#topic = options.topic ?? commandTopic;
    this.#deadLetters = options.deadLetters ?? deadLetterTopic;
    this.#wake = new Wake({ clock });
    this.#records = new RecordIntake({ door, schemas, wake: this.#wake, onWait: (error) => this.#note(error) });
  }

  /** Begins to read in the background. Never throws: what goes wrong is in `status`. */
  start(): void {
    if (this.#running !== undefined || this.#closing !== undefined) return;
    this.#running = this.#run();
  }

  status(): KafkaIntakeStatus {
    const lag = [...this.#lags.values()].reduce((sum, partition) => sum + partition, 0);
    return { state: this.#state, ...this.#records.counts, lag, last_error: this.#lastError };
  }

  /** Takes nothing more in, and waits for what was. To be closed before the engine. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#wake.end();
    this.#ended.resolve();
    await this.#running;
    this.#state = "closed";
  }

  async #run(): Promise<void> {
    while (!this.#wake.ended) {
      try {
        await this.#connectAndFollow();
      } catch (error) {
        this.#state = "waiting";
        this.#note(topicErrorOf(error, `reading ${this.#topic}`));
        await this.#wake.after(this.#retryMs);
        this.#retryMs = Math.min(publishRetryMsMax, this.#retryMs * 2);
      }
    }
  }

  #note(error: EventoError): void {
    const { code, message } = error;
    this.#lastError = { time: this.#options.clock.now(), code, message };
    if (code === this.#told) return;
    this.#told = code;
    this.#options.onNotice(error);
  }

  /** Resolves at the end of the host, rejects when the client gives up. */
  async #connectAndFollow(): Promise<void> {
    this.#state = "connecting";
    const crashed = Promise.withResolvers<never>();
    crashed.promise.catch(() => undefined);
    await within(callDeadlineMs, "asking about topics", () => this.#findStart());
    const letters = await DeadLetters.open(this.#kafka, this.#deadLetters);
    const consumer = this.#kafka.consumer({
      groupId: `evento-commands-${this.#options.log}`,
      // Below all of the group's time-outs: a consumer that waits for records can't leave.
      maxWaitTimeInMs: 250,
      // A host that died is a member until its session ends, and the next one waits for so long.
      sessionTimeout: 10_000,
      heartbeatInterval: 1_500,
      rebalanceTimeout: 15_000,
      retry: { ...requestRetries, restartOnFailure: async () => false },
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => crashed.reject(payload.error));
    try {
      await within(callDeadlineMs, "joining the group", () => this.#follow(consumer, letters));
      await Promise.race([crashed.promise, this.#ended.promise]);
    } finally {
      await letGo(() => consumer.disconnect());
      await Promise.allSettled(this.#batches);
      await letters.close();
    }
  }

  /** The log says where to go on; a partition that it does not know, or that was made anew, is read from its start. */
  async #findStart(): Promise<void> {
    const { journal, partitions = partitionsDefault } = this.#options;
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      await makeTopics(admin, [intakeTopicConfig(this.#topic, partitions), intakeTopicConfig(this.#deadLetters, 1)]);
      for (const { partition, low, high } of await offsetsOf(admin, this.#topic)) {
        const kept = BigInt((await journal.cursor(this.#cursorOf(partition))) ?? 0);
        this.#next.set(partition, kept >= low && kept <= high ? kept : low);
      }
    } finally {
      await letGo(() => admin.disconnect());
    }
  }

  /** In the grammar of no function's name. */
  #cursorOf(partition: number): string {
    return `kafka:${this.#topic}:${partition}`;
  }

  async #follow(consumer: Consumer, letters: DeadLetters): Promise<void> {
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      for (const partition of payload.memberAssignment[this.#topic] ?? []) {
        const offset = this.#next.get(partition);
        if (offset !== undefined) consumer.seek({ topic: this.#topic, partition, offset: String(offset) });
      }
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [this.#topic], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      // A batch that is left in the middle is not read.
      eachBatchAutoResolve: false,
      eachBatch: async (batch) => {
        const taking = this.#takeBatch(batch, letters);
        this.#batches.add(taking);
        await taking.finally(() => this.#batches.delete(taking));
      },
    });
    this.#state = "following";
  }

  async #takeBatch(payload: EachBatchPayload, letters: DeadLetters): Promise<void> {
    const { partition, messages } = payload.batch;
    const from = this.#next.get(partition) ?? 0n;
    const records = messages
      .map((message) => recordOf(message, { topic: this.#topic, partition }))
      .filter(({ offset }) => offset >= from);
    for (let at = 0; at < records.length; at += intakeRecordsMax) {
      const slice = records.slice(at, at + intakeRecordsMax);
      if (!(await this.#takeSlice(slice, payload, letters))) return;
      const last = slice.at(-1);
      if (last !== undefined) await this.#advance(partition, last.offset + 1n, payload);
    }
    payload.resolveOffset(payload.batch.lastOffset());
    this.#retryMs = publishRetryMsMin;
    this.#told = undefined;
  }

  /** @returns whether all were taken; false when reading has to end first. */
  async #takeSlice(
    records: readonly IncomingRecord[],
    payload: EachBatchPayload,
    letters: DeadLetters,
  ): Promise<boolean> {
    const mayGoOn = async (): Promise<boolean> => {
      await payload.heartbeat();
      return payload.isRunning() && !payload.isStale() && !this.#wake.ended;
    };
    const handedOver: HandedOver[] = [];
    for (const record of records) {
      const handed = await this.#records.handOver(record, letters, mayGoOn);
      if (handed === undefined) break;
      // It is heard below; until then it must not pass for a failure that nobody hears.
      handed.settled.catch(() => undefined);
      handedOver.push(handed);
    }
    const effects = Promise.all(handedOver.map(({ settled }) => settled)).then(
      () => handedOver.length === records.length,
    );
    // A command that fails again and again may have no outcome for a long time: what has none at the end of the host is read again.
    return Promise.race([effects, this.#ended.promise.then(() => false)]);
  }

  async #advance(partition: number, next: bigint, payload: EachBatchPayload): Promise<void> {
    const cursor = { kind: "cursor", dispatcher: this.#cursorOf(partition), position: Number(next) } as const;
    await this.#options.journal.append([cursor]).durable;
    this.#next.set(partition, next);
    this.#lags.set(partition, Number(BigInt(payload.batch.highWatermark) - next));
    // For people who look at the group's lag; nothing is read back.
    const offsets = { topics: [{ topic: this.#topic, partitions: [{ partition, offset: String(next) }] }] };
    await payload.commitOffsetsIfNecessary(offsets).catch(() => undefined);
  }
}

function recordOf(
  { offset, timestamp, key, value, headers: given = {} }: KafkaMessage,
  at: { topic: string; partition: number },
): IncomingRecord {
  const headers = new Map<string, Uint8Array>();
  for (const [name, held] of Object.entries(given)) {
    const first = Array.isArray(held) ? held[0] : held;
    if (first !== undefined) headers.set(name, Buffer.from(first));
  }
  return { ...at, offset: BigInt(offset), timestamp, key, value, headers };
}
