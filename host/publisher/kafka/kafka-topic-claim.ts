// The topic in the hands of its one writer.
import type { Publication, TopicClaim } from "../../ports/publisher.ts";
import { partitionOf, recordOf } from "./event-records.ts";
import { encodeCursor, type PartitionEnd } from "./topic-cursor.ts";
import type { TopicNames } from "./topic-making.ts";
import type { Standing } from "./topic-standing.ts";
import type { TransactionalWriter } from "./transactional-writer.ts";

export class KafkaTopicClaim implements TopicClaim {
  readonly #source: string;
  readonly #names: TopicNames;
  readonly #writer: TransactionalWriter;
  readonly #standing: Standing;
  readonly release: () => Promise<void>;
  #ends: ReadonlyMap<number, PartitionEnd>;
  #position: number;

  constructor(given: {
    source: string;
    names: TopicNames;
    writer: TransactionalWriter;
    standing: Standing;
    release: () => Promise<void>;
  }) {
    this.#source = given.source;
    this.#names = given.names;
    this.#writer = given.writer;
    this.#standing = given.standing;
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
}
