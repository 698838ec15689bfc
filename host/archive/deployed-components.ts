// The components that a log says were deployed: what is needed to run it on, and to run any step of it again.
import { hostAggregateType } from "../domain/host-schema.ts";
import { hostEventOf } from "../engine/host-stream.ts";
import type { Group } from "../journal/group.ts";

/** Digests of the components that were deployed in a group; rules have none. */
export function deployedComponents(group: Group): readonly string[] {
  // Most groups have nothing of the host in them, and need not be decoded for it.
  if (!group.head.names.includes(hostAggregateType)) return [];
  return group.entries().flatMap((entry) => {
    if (entry.kind !== "event" || entry.event.aggregate_type !== hostAggregateType) return [];
    const event = hostEventOf(entry.event);
    if (event.type !== "FunctionDeployed" || event.payload.function.rules !== null) return [];
    return [event.payload.function.digest];
  });
}
