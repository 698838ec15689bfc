// What the topic has and what the cursor says, held against each other. Within a partition events lie in the order of the log, so
// that one number says what of a partition is done: an event is there if its position is not beyond it.
import type { PartitionEnd, TopicCursor } from "./topic-cursor.ts";

/** What was found in one partition. */
export type PartitionFinding = {
  /** Offset of the first record that the partition still has. */
  readonly low: bigint;
  /** The last event of this host from the cursor's end on. */
  readonly last: { readonly position: number; readonly id: string } | undefined;
  /** Whether the event that the cursor's end names lies where it should. */
  readonly endFound: boolean;
};

export type Progress = {
  /** All events up to here are done. */
  readonly position: number;
  /** Position up to which each partition is done. */
  readonly done: ReadonlyMap<number, number>;
  readonly newest: { readonly position: number; readonly id: string } | undefined;
};

/** Whether a partition has to be read from its start, because it does not have what the cursor says. */
export function hasLost(end: PartitionEnd | undefined, { low, endFound }: PartitionFinding): boolean {
  // What lies before the first record was deleted by the topic's retention: it was there.
  return end !== undefined && end.offset >= low && !endFound;
}

/** @param findings - by partition, of all partitions in use; one that has lost its end was read from its start. */
export function progressOf(cursor: TopicCursor | undefined, findings: ReadonlyMap<number, PartitionFinding>): Progress {
  const done = new Map<number, number>();
  let newest: Progress["newest"];
  for (const [partition, finding] of findings) {
    const { last } = finding;
    if (last !== undefined && last.position > (newest?.position ?? 0)) newest = last;
    const trusted = cursor !== undefined && !hasLost(cursor.ends.get(partition), finding) ? cursor.position : 0;
    done.set(partition, Math.max(trusted, last?.position ?? 0));
  }
  // Without a cursor the log is gone through from its start, and what is there is left out.
  const position = cursor === undefined ? 0 : Math.min(cursor.position, ...done.values());
  return { position, done, newest };
}
