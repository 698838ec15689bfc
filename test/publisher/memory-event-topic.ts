// A topic in memory with Kafka's rules: transactions, fencing, partitions. Its replies can be lost and its doors closed.
import { EventoError } from "../../host/errors.ts";
import type { EventTopic, Publication, TopicClaim } from "../../host/ports/publisher.ts";
import { partitionOf } from "../../host/publisher/kafka/event-records.ts";

export type MemoryFault = "away" | "lose-reply" | "refuse";

const partitions = 3;

export class MemoryCluster {
  readonly records: { readonly publication: Publication; readonly partition: number }[] = [];
  readonly recordBytesMax: number;
  /** What befalls the next calls, one by one. */
  faults: MemoryFault[] = [];
  /** Answers of the next looks whether readers see everything; true when there are none. */
  looks: ("behind" | "stuck")[] = [];
  readonly #epochs = new Map<string, number>();
  readonly #cursors = new Map<string, number>();

  constructor({ recordBytesMax = 10_000 }: { recordBytesMax?: number } = {}) {
    this.recordBytesMax = recordBytesMax;
  }

  nextEpoch(source: string): number {
    const epoch = (this.#epochs.get(source) ?? 0) + 1;
    this.#epochs.set(source, epoch);
    return epoch;
  }

  cursorOf(source: string): number {
    return this.#cursors.get(source) ?? 0;
  }

  newestOf(source: string): TopicClaim["newest"] {
    const newest = this.records.findLast(({ publication }) => publication.headers["ce_source"] === source);
    return newest && { position: newest.publication.position, id: newest.publication.id };
  }

  commit(source: string, epoch: number, publications: readonly Publication[], position: number): void {
    const fault = this.faults.shift();
    if (fault === "away") throw unavailable("the cluster is away");
    if (this.#epochs.get(source) !== epoch)
      throw new EventoError("TOPIC_FENCED", "found another writer", { retryable: true });
    if (publications.some(({ value }) => value.length > this.recordBytesMax) || fault === "refuse")
      throw new EventoError("RECORD_TOO_LARGE", `found more than ${this.recordBytesMax} bytes`);
    for (const publication of publications)
      this.records.push({ publication, partition: partitionOf(publication.key, partitions) });
    this.#cursors.set(source, position);
    if (fault === "lose-reply") throw unavailable("the reply was lost");
  }
}

export class MemoryEventTopic implements EventTopic {
  readonly #cluster: MemoryCluster;
  readonly #source: string;
  #closed = false;

  constructor({ cluster, source }: { cluster: MemoryCluster; source: string }) {
    this.#cluster = cluster;
    this.#source = source;
  }

  async claim(): Promise<TopicClaim> {
    const cluster = this.#cluster;
    const source = this.#source;
    await Promise.resolve();
    if (this.#closed) throw new EventoError("TOPIC_CLOSED", "found the topic closed");
    if (cluster.faults.at(0) === "away") {
      cluster.faults.shift();
      throw unavailable("the cluster is away");
    }
    const epoch = cluster.nextEpoch(source);
    return {
      get position() {
        return cluster.cursorOf(source);
      },
      newest: cluster.newestOf(source),
      has: ({ position }) => position <= cluster.cursorOf(source),
      async publish(publications, position) {
        await Promise.resolve();
        cluster.commit(source, epoch, publications, position);
      },
      async isVisible() {
        await Promise.resolve();
        const look = cluster.looks.shift();
        if (look === "stuck") throw new EventoError("TOPIC_UNDECIDED", "found readers waiting", { retryable: true });
        return look === undefined;
      },
      release: async () => {},
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}

function unavailable(message: string): EventoError {
  return new EventoError("TOPIC_UNAVAILABLE", message, { retryable: true });
}
