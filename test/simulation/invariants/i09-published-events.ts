// I9, I10, I11: every record of the topic is the event at its position in the log; each is there once, those of a partition in
// the order of the log, and those of an aggregate on one partition; in the end all are there.
import type { Evidence } from "../evidence.ts";
import { holds } from "../violation.ts";

const framingBytes = 5;

export function publishedEvents({ log, topic, quiet }: Evidence): void {
  const seen = new Set<number>();
  const partitions = new Map<string, number>();
  for (const [partition, records] of topic.entries()) {
    let last = 0;
    for (const { message } of records) {
      const position = Number(message.headers?.["ce_position"]);
      const event = log.events[position - 1];
      const value = Buffer.from(message.value ?? "");
      const same =
        event !== undefined &&
        message.headers?.["ce_id"] === event.id &&
        message.key === event.aggregate &&
        message.headers["ce_sequence"] === String(event.sequence) &&
        value.subarray(framingBytes).equals(Buffer.from(event.payload));
      holds(
        same,
        "I9",
        () => `the topic has ${String(message.headers?.["ce_id"])} at ${position}, the log ${event?.id}`,
      );
      holds(!seen.has(position), "I10", () => `the topic has the event at ${position} twice`);
      holds(position > last, "I10", () => `partition ${partition} has the event at ${position} after that at ${last}`);
      const home = partitions.get(event.aggregate) ?? partition;
      holds(home === partition, "I10", () => `${event.aggregate} is on the partitions ${home} and ${partition}`);
      partitions.set(event.aggregate, home);
      seen.add(position);
      last = position;
    }
  }
  if (!quiet) return;
  const missing = log.events.find(({ position }) => !seen.has(position));
  holds(missing === undefined, "I11", () => `the event at ${missing?.position} was never published`);
}
