// A Kafka cluster with two topics and transactions, as far as a transactional writer and a reader of committed records see it.
// It outlives the host, and so do requests that were sent and not answered.
import type { WrittenBatch, WrittenCursor } from "../../host/publisher/kafka/transactional-writer.ts";
import type { World } from "./world.ts";

export const partitionCount = 3;
const cursorPartition = partitionCount;
/** The transaction that was open comes out in part: what Kafka's protocol has been seen to do. */
const torn = 0.5;
/** A broker dies as it ends a transaction, and some partitions never hear of the end: what Kafka has been seen to do. */
const endTorn = 0.05;
const endLost = 0.5;
/** It may be the last thing that goes wrong, so that nothing else brings readers on. */
const endsTornMax = 3;

type Message = WrittenBatch["messages"][number];
type Status = "open" | "committed" | "aborted";
type ClusterRecord = { readonly message: Message; readonly epoch: number; status: Status };

/** A record that a reader of committed records sees. */
export type PublishedRecord = { readonly offset: number; readonly message: Message };

export class SimulatedCluster {
  readonly #world: World;
  /** One list a partition of events, and one for the cursors; an offset is an index, and an undefined is a marker. */
  readonly #partitions: (ClusterRecord | undefined)[][] = Array.from({ length: partitionCount + 1 }, () => []);
  #epoch = 0;
  #endsTorn = 0;
  /** A request to end a transaction that is on its way, whoever sent it. */
  #ending: { epoch: number; status: "committed" | "aborted" } | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  /** Offsets up to which readers of committed records come, by partition. */
  get highs(): readonly number[] {
    return this.#partitions.map((records) => {
      const open = records.findIndex((record) => record?.status === "open");
      return open === -1 ? records.length : open;
    });
  }

  /** Fences earlier writers off and ends what they left open, in each partition by a record that is taken back. */
  claim(): { readonly epoch: number; readonly offsets: readonly number[] } {
    const { random } = this.#world;
    if (this.#ending !== undefined && random.chance(0.5)) this.#end(this.#ending.status);
    else if (this.#ending !== undefined && this.#world.fault(torn)) this.#tear();
    else this.#end("aborted");
    this.#ending = undefined;
    const epoch = ++this.#epoch;
    const offsets = this.#partitions.map((records) => records.length);
    const message = { key: "claim", value: null, partition: 0 };
    for (const records of this.#partitions) records.push({ message, epoch, status: "open" });
    this.#end("aborted");
    return { epoch, offsets };
  }

  /** Appends records of an open transaction. @returns the first offset of each partition; undefined for a writer that is fenced off. */
  append(epoch: number, messages: readonly Message[]): ReadonlyMap<number, number> | undefined {
    if (epoch !== this.#epoch) return undefined;
    const starts = new Map<number, number>();
    for (const message of messages) {
      const records = this.#partition(message.partition);
      if (!starts.has(message.partition)) starts.set(message.partition, records.length);
      records.push({ message, epoch, status: "open" });
    }
    return starts;
  }

  appendCursor(epoch: number, { key, value }: WrittenCursor): boolean {
    if (epoch !== this.#epoch) return false;
    this.#partition(cursorPartition).push({ message: { key, value, partition: 0 }, epoch, status: "open" });
    return true;
  }

  /** A request to end the transaction is sent off: from now on it may come to be, whatever becomes of its sender. */
  send(epoch: number, status: "committed" | "aborted"): void {
    if (epoch === this.#epoch) this.#ending = { epoch, status };
  }

  /** The request arrives. @returns false for a writer that is fenced off. */
  arrive(epoch: number): boolean {
    if (epoch !== this.#epoch || this.#ending === undefined) return false;
    this.#end(this.#ending.status);
    this.#ending = undefined;
    return true;
  }

  /** Committed records of a partition of events. */
  committed(partition: number): readonly PublishedRecord[] {
    return this.#committedIn(partition);
  }

  committedCursors(): readonly PublishedRecord[] {
    return this.#committedIn(cursorPartition);
  }

  #committedIn(partition: number): PublishedRecord[] {
    const found: PublishedRecord[] = [];
    const high = this.highs[partition] ?? 0;
    for (const [offset, record] of this.#partition(partition).entries())
      if (record?.status === "committed" && offset < high) found.push({ offset, message: record.message });
    return found;
  }

  #end(status: "committed" | "aborted"): void {
    const { random } = this.#world;
    const isTorn = this.#endsTorn < endsTornMax && random.chance(endTorn);
    if (isTorn) this.#endsTorn++;
    for (const [partition, records] of this.#partitions.entries())
      if (isTorn && random.chance(endLost)) this.#world.trace.add(`cluster: partition ${partition} hears of no end`);
      else this.#endIn(records, status);
  }

  #tear(): void {
    this.#world.trace.add("cluster: a transaction is torn");
    for (const records of this.#partitions) this.#endIn(records, this.#world.random.of(["committed", "aborted"]));
  }

  #endIn(records: (ClusterRecord | undefined)[], status: "committed" | "aborted"): void {
    let any = false;
    for (const record of records)
      if (record?.status === "open") {
        record.status = status;
        any = true;
      }
    if (any) records.push(undefined);
  }

  #partition(partition: number): (ClusterRecord | undefined)[] {
    const records = this.#partitions[partition];
    if (records === undefined) throw new Error(`found no partition ${partition}`);
    return records;
  }
}
