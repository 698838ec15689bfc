// I4: the events of an aggregate are 1 to n without a gap, in the order of their positions; an entity has events of one aggregate.
import type { Evidence } from "../evidence.ts";
import { holds } from "../violation.ts";

export function streamSequences({ log }: Evidence): void {
  for (const [aggregate, events] of log.streams)
    for (const [index, { sequence, position }] of events.entries())
      holds(
        sequence === index + 1,
        "I4",
        () => `event ${sequence} of ${aggregate} at position ${position} comes after ${index}`,
      );
  const owners = new Map<string, string>();
  for (const { entity, aggregate, position } of log.events) {
    const owner = owners.get(entity) ?? aggregate;
    owners.set(entity, owner);
    holds(
      owner === aggregate,
      "I4",
      () => `${entity} of ${owner} has an event of ${aggregate} at position ${position}`,
    );
  }
}
