// I5: all of a command's outcome is there or nothing: its events, right before it and in the same group; no event without one.
import { hostAggregateType } from "../../../host/domain/host-schema.ts";
import type { Evidence } from "../evidence.ts";
import { holds } from "../violation.ts";

export function atomicOutcome({ log }: Evidence): void {
  const { entries } = log;
  /** Events of commands since the last entry of another kind. */
  let events: { id: string; cause: string; group: number }[] = [];
  for (const { entry, group } of entries) {
    if (entry.kind === "event" && entry.event.aggregate_type === hostAggregateType) continue;
    if (entry.kind === "event" && entry.event.cause.kind === "command") {
      events.push({ id: entry.event.id, cause: entry.event.cause.id, group });
      continue;
    }
    if (entry.kind === "outcome") {
      const { command_id, event_count } = entry;
      const whole =
        events.length === event_count &&
        event_count > 0 &&
        events.every((event, index) => event.id === `${command_id}!${index}` && event.group === group);
      holds(
        whole,
        "I5",
        () => `the outcome of ${command_id} has ${event_count} events, and before it are ${listed(events)}`,
      );
    } else holds(events.length === 0, "I5", () => `the events ${listed(events)} have no outcome`);
    events = [];
  }
  holds(events.length === 0, "I5", () => `the events ${listed(events)} have no outcome`);
}

function listed(events: readonly { id: string; group: number }[]): string {
  return events.map(({ id, group }) => `${id} in group ${group}`).join(", ") || "none";
}
