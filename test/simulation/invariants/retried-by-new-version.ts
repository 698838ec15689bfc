// A new version retries what was parked before it, whatever happens between the two.
import { entityTypeOf } from "../../../host/domain/entity-id.ts";
import { asHostEvent } from "../bank-model.ts";
import type { LogRecord } from "../log-record.ts";
import { holds } from "../violation.ts";

/** Who handles what. */
const functionsByEntityType: { readonly [entityType: string]: string } = {
  account: "accounts",
  card: "accounts",
  ledger: "ledger-handler",
};

export function retriedByNewVersion(log: LogRecord): void {
  /** What is parked, with the function that parked it. */
  const parked = new Map<string, { readonly by: string; readonly position: number }>();
  const newest = new Map<string, number>();
  for (const event of log.streams.get("evento:host") ?? []) {
    const { position } = event;
    const { type, payload } = asHostEvent(event);
    if (type === "FunctionDeployed" || type === "FunctionRolledBack") newest.set(payload.name, position);
    if (type === "CommandParked")
      parked.set(payload.command_id, { by: functionsByEntityType[entityTypeOf(payload.entity)] ?? "", position });
    if (type === "CommandRetried") parked.delete(payload.command_id);
    if (type === "DispatchParked")
      parked.set(`${payload.dispatcher} ${payload.event_id}`, { by: payload.dispatcher, position });
    if (type === "DispatchRetried") parked.delete(`${payload.dispatcher} ${payload.event_id}`);
  }
  for (const [id, { by, position }] of parked)
    holds(
      position > (newest.get(by) ?? 0),
      "retries",
      () => `${id} was parked at ${position}, and not retried by the version of ${by} at ${newest.get(by)}`,
    );
}
