// I17: times do not go back within an aggregate, across restarts neither; and no command ends before the time that it was to wait for.
import type { Evidence } from "../evidence.ts";
import { holds } from "../violation.ts";

export function monotonicTime({ log }: Evidence): void {
  for (const [aggregate, events] of log.streams) {
    let last = 0;
    for (const { time, sequence, cause } of events) {
      holds(time >= last, "I17", () => `event ${sequence} of ${aggregate} is of ${time}, the one before of ${last}`);
      last = time;
      const waits = cause.kind === "command" ? log.commands.get(cause.id)?.not_before : undefined;
      holds(
        aggregate === "evento:host" || time >= (waits ?? 0),
        "I17",
        () => `${cause.id} was to wait for ${waits} and ended at ${time}`,
      );
    }
  }
}
