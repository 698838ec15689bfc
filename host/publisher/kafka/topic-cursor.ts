// Where publishing stands, as a record beside the events: written in the same transaction, so that neither is there without the
// other. It says of each partition where its last event lies, so that the topic can be held against it at the next start: what a
// partition has beyond it, or has lost of it, shows there.
import { EventoError } from "../../errors.ts";

export type PartitionEnd = {
  /** Kafka's offset of the last event that was published to the partition. */
  readonly offset: bigint;
  /** Its position in the log. */
  readonly position: number;
};

export type TopicCursor = {
  /** All events up to here were published. */
  readonly position: number;
  /** Partitions in use: fixed when the topic is first claimed, since another number would move aggregates to other partitions. */
  readonly partitions: number;
  readonly ends: ReadonlyMap<number, PartitionEnd>;
};

/** JSON, for people with `kcat`. */
export function encodeCursor({ position, partitions, ends }: TopicCursor): string {
  const listed = [...ends].map(([partition, end]) => [partition, String(end.offset), end.position]);
  return JSON.stringify({ position, partitions, ends: listed });
}

/** @throws EventoError TOPIC_CURSOR_INVALID */
export function decodeCursor(text: string): TopicCursor {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) throw new TypeError("is no object");
    const fields = new Map<string, unknown>(Object.entries(value));
    const ends = fields.get("ends");
    if (!Array.isArray(ends)) throw new TypeError("has no list of ends");
    return {
      position: count(fields.get("position")),
      partitions: count(fields.get("partitions")),
      ends: new Map(
        ends.map((end: unknown): [number, PartitionEnd] => {
          if (!Array.isArray(end)) throw new TypeError("has an end that is no list");
          return [count(end[0]), { offset: BigInt(String(end[1])), position: count(end[2]) }];
        }),
      ),
    };
  } catch (cause) {
    throw new EventoError("TOPIC_CURSOR_INVALID", `found ${text.slice(0, 200)} as the cursor of the topic`, {
      hint: "something else has written to the topic of cursors; a tombstone under this host's key has it found out anew",
      cause,
    });
  }
}

function count(value: unknown): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new TypeError(`has ${String(value)} where a number belongs`);
}
