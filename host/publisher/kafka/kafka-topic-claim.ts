// The topic in the hands of its one writer.
import { EventoError } from "../../errors.ts";
import type { Publication, TopicClaim } from "../../ports/publisher.ts";
import { partitionOf, recordOf } from "./event-records.ts";
import { encodeCursor, type PartitionEnd } from "./topic-cursor.ts";
import type { PartitionOffsets, TopicNames } from "./topic-making.ts";
import type { Standing } from "./topic-standing.ts";
import type { TransactionalWriter } from "./transactional-writer.ts";

export class KafkaTopicClaim implements TopicClaim {
  readonly #source: string;
  readonly #names: TopicNames;
  readonly #writer: TransactionalWriter;
  readonly #standing: Standing;
  readonly #offsets: () => Promise<readonly PartitionOffsets[]>;
  readonly release: () => Promise<void>;
  /** Of the partitions in which readers had not come to the end at the last look: how far they had. */
  #behind: ReadonlyMap<number, bigint> = new Map();
  #ends: ReadonlyMap<number, PartitionEnd>;
  #position: number;

  /** @param given - `offsets` tells how far readers of committed records come in each partition of events. */
  constructor(given: {
    source: string;
    names: TopicNames;
    writer: TransactionalWriter;
    standing: Standing;
    offsets: () => Promise<readonly PartitionOffsets[]>;
    release: () => Promise<void>;
  }) {
    this.#source = given.source;
    this.#names = given.names;
    this.#writer = given.writer;
    this.#standing = given.standing;
    this.#offsets = given.offsets;
    this.release = given.release;
    this.#ends = given.standing.cursor?.ends ?? new Map();
    this.#position = given.standing.progress.position;
  }

  get position(): number {
    return this.#position;
  }

  get newest(): TopicClaim["newest"] {
    return this.#standing.progress.newest;
  }

  has({ key, position }: { readonly key: string; readonly position: number }): boolean {
    const { partitions, progress } = this.#standing;
    return position <= (progress.done.get(partitionOf(key, partitions)) ?? 0);
  }

  async publish(publications: readonly Publication[], position: number): Promise<void> {
    const { topic, cursorTopic } = this.#names;
    const { partitions } = this.#standing;
    const now = Date.now();
    const messages = publications.map((publication) => {
      const partition = partitionOf(publication.key, partitions);
      return { ...recordOf(publication, { partition, now }), partition };
    });
    const positions = publications.map((publication) => publication.position);
    let ends = this.#ends;
    await this.#writer.write({ topic, messages, positions }, (written) => {
      ends = new Map([...this.#ends, ...written]);
      return { topic: cursorTopic, key: this.#source, value: encodeCursor({ position, partitions, ends }) };
    });
    this.#ends = ends;
    this.#position = position;
  }

  async isVisible(): Promise<boolean> {
    const offsets = await this.#offsets();
    const behind = offsets.filter(({ partition, high }) => high <= (this.#writtenAt(partition) ?? -1n));
    const stuck = behind.filter(({ partition, high }) => this.#behind.get(partition) === high);
    if (stuck.length > 0) {
      const listed = stuck.map(({ partition, high }) => `${partition} at offset ${high}`).join(", ");
      throw new EventoError("TOPIC_UNDECIDED", `found readers of ${this.#names.topic} waiting in partition ${listed}`, {
        retryable: true,
        hint: "the cluster has lost the end of a transaction: the events are taken back and published again",
      });
    }
    this.#behind = new Map(behind.map(({ partition, high }) => [partition, high]));
    return behind.length === 0;
  }

  /** Offset of the last event that this claim has written to a partition; what the cursor knew before may be lost. */
  #writtenAt(partition: number): bigint | undefined {
    const end = this.#ends.get(partition);
    return end === this.#standing.cursor?.ends.get(partition) ? undefined : end?.offset;
  }
}
