// Finds out where the topic stands: what the cursor says, and what the partitions have from there on.
import { EventoError } from "../../errors.ts";
import type { PublisherNotice } from "../../ports/publisher.ts";
import { eventOf } from "./event-records.ts";
import { decodeCursor, type TopicCursor } from "./topic-cursor.ts";
import type { PartitionOffsets, TopicNames } from "./topic-making.ts";
import { hasLost, progressOf, type PartitionFinding, type Progress } from "./topic-progress.ts";
import type { PartitionRange, TopicReader } from "./topic-reader.ts";

/** What a claim finds. */
export type Standing = {
  readonly cursor: TopicCursor | undefined;
  /** Partitions in use. */
  readonly partitions: number;
  readonly progress: Progress;
};

/** Records of the cursors' topic that are looked at before all of it is. */
const cursorsRead = 1_000n;

/** Where a topic stands that nobody has written to. */
export function emptyStanding(partitions: number): Standing {
  return { cursor: undefined, partitions, progress: progressOf(undefined, new Map()) };
}

export class StandingFinder {
  readonly #reader: Pick<TopicReader, "read">;
  readonly #source: string;
  readonly #names: TopicNames;
  readonly #onNotice: (notice: PublisherNotice) => void;

  constructor(given: {
    reader: Pick<TopicReader, "read">;
    source: string;
    names: TopicNames;
    onNotice: (notice: PublisherNotice) => void;
  }) {
    this.#reader = given.reader;
    this.#source = given.source;
    this.#names = given.names;
    this.#onNotice = given.onNotice;
  }

  /** @param given - the offsets of both topics' partitions, taken while nobody else writes under the source. */
  async find(given: { events: readonly PartitionOffsets[]; cursors: readonly PartitionOffsets[] }): Promise<Standing> {
    const cursor = await this.#readCursor(given.cursors);
    // A topic with fewer partitions than before was made anew, and is filled anew.
    const partitions = Math.min(cursor?.partitions ?? given.events.length, given.events.length);
    const findings = await this.#readFindings(cursor, given.events.slice(0, partitions));
    return { cursor, partitions, progress: progressOf(cursor, findings) };
  }

  async #readCursor(offsets: readonly PartitionOffsets[]): Promise<TopicCursor | undefined> {
    const { cursorTopic } = this.#names;
    const [{ low, high } = { low: 0n, high: 0n }] = offsets;
    const recent = high - cursorsRead;
    for (const from of recent > low ? [recent, low] : [low]) {
      let newest: string | null | undefined;
      const range: PartitionRange = { topic: cursorTopic, partition: 0, from, to: high };
      await this.#reader.read([range], ({ message: { key, value } }) => {
        if (key?.toString() === this.#source) newest = value?.toString() ?? null;
      });
      if (newest === null) return undefined;
      if (newest !== undefined) return decodeCursor(newest);
    }
    return undefined;
  }

  async #readFindings(
    cursor: TopicCursor | undefined,
    events: readonly PartitionOffsets[],
  ): Promise<Map<number, PartitionFinding>> {
    const startOf = ({ partition, low }: PartitionOffsets): bigint => {
      const end = cursor?.ends.get(partition);
      return end !== undefined && end.offset >= low ? end.offset : low;
    };
    const findings = await this.#find(cursor, events, startOf);
    const losers = events.filter(({ partition }) => {
      const finding = findings.get(partition);
      return finding !== undefined && hasLost(cursor?.ends.get(partition), finding);
    });
    if (losers.length === 0) return findings;
    this.#noteLoss(losers);
    const fromStart = await this.#find(cursor, losers, ({ low }) => low);
    for (const [partition, { last }] of fromStart) {
      const finding = findings.get(partition);
      if (finding !== undefined) findings.set(partition, { ...finding, last });
    }
    return findings;
  }

  async #find(
    cursor: TopicCursor | undefined,
    partitions: readonly PartitionOffsets[],
    startOf: (offsets: PartitionOffsets) => bigint,
  ): Promise<Map<number, PartitionFinding>> {
    const { topic } = this.#names;
    const findings = new Map<number, PartitionFinding>();
    for (const { partition, low } of partitions) findings.set(partition, { low, last: undefined, endFound: false });
    const ranges = partitions.map((offsets) => ({
      topic,
      partition: offsets.partition,
      from: startOf(offsets),
      to: offsets.high,
    }));
    await this.#reader.read(ranges, ({ partition, message }) => {
      const event = eventOf(message, this.#source);
      const finding = findings.get(partition);
      if (event === undefined || finding === undefined) return;
      const end = cursor?.ends.get(partition);
      const isEnd = end !== undefined && end.offset === BigInt(message.offset) && end.position === event.position;
      findings.set(partition, { ...finding, last: event, endFound: finding.endFound || isEnd });
    });
    return findings;
  }

  #noteLoss(partitions: readonly PartitionOffsets[]): void {
    const listed = partitions.map(({ partition }) => partition).join(", ");
    this.#onNotice(
      new EventoError(
        "TOPIC_LOST_EVENTS",
        `found events missing that were in partition ${listed} of ${this.#names.topic}`,
        {
          hint: "the topic was made anew, or the cluster has lost data or the end of a transaction; what is missing is published again",
        },
      ),
    );
  }
}
