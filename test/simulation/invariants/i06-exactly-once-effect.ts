// I6: of an event and a dispatcher come exactly the commands that they make, by their formula: none twice, none else, and in the end
// none missing. They are in one group with the cursor that passes the event.
import { hash } from "node:crypto";

import type { StoredEvent } from "../../../host/domain/envelope.ts";
import { hostAggregateType } from "../../../host/domain/host-schema.ts";
import { commandPayloadType, type CommandPayload, read } from "../bank-codec.ts";
import { asHostEvent, payloadOf } from "../bank-model.ts";
import type { Evidence } from "../evidence.ts";
import type { LogRecord, LoggedCommand } from "../log-record.ts";
import { holds } from "../violation.ts";

type Expected = { readonly entity: string; readonly command_type: string };

export function exactlyOnceEffect({ log, quiet, depthMax }: Evidence): void {
  const unexplained = new Set<string>();
  for (const { command } of log.commands.values()) if (command.cause.kind === "event") unexplained.add(command.id);
  const since = { courier: 0, auditor: deployedSince(log, "auditor") };
  const passes = passesOf(log);
  for (const event of log.events)
    for (const dispatcher of ["courier", "auditor"] as const) {
      const expected = expectedOf(dispatcher, event);
      if (expected === undefined) continue;
      const found = commandsOf(log, dispatcher, event);
      for (const { command } of found) unexplained.delete(command.id);
      requireMade(found, { expected, event, dispatcher });
      const [first] = found;
      if (first !== undefined)
        holds(
          found.every(({ group }) => group === first.group) &&
            (passes.get(`${dispatcher} ${first.group}`) ?? []).some((pass) => pass.covers(event.position)),
          "I6",
          () => `the commands of ${dispatcher} for ${event.id} are not in one group with its cursor`,
        );
      const isDeep = event.depth > depthMax + 1;
      const due = quiet && !isDeep && event.position > since[dispatcher] && expected !== "any";
      if (due) holds(found.length === expected.length, "I6", () => `${dispatcher} made nothing of ${event.id}`);
    }
  const [stray] = unexplained;
  holds(stray === undefined, "I6", () => `the command ${stray} comes from no event by the formula`);
}

/** What a dispatcher makes of an event; undefined when it is none of its own; "any" number when it depends on when. */
function expectedOf(dispatcher: "courier" | "auditor", event: StoredEvent): readonly Expected[] | "any" | undefined {
  if (dispatcher === "auditor" && event.event_type === "CommandParked")
    return [{ entity: "ledger:parked", command_type: "Note" }];
  if (event.aggregate_type !== "Account") return undefined;
  if (dispatcher === "auditor")
    return event.event_type === "Confirmed" ? [{ entity: "ledger:main", command_type: "Note" }] : undefined;
  if (event.event_type === "Renamed") return "any";
  const other = payloadOf(event).other;
  if (event.event_type === "Sent") return [{ entity: other, command_type: "Receive" }];
  if (event.event_type === "Received") return [{ entity: other, command_type: "Confirm" }];
  return undefined;
}

function commandsOf(log: LogRecord, dispatcher: string, event: StoredEvent): LoggedCommand[] {
  const found: LoggedCommand[] = [];
  for (;;) {
    const id = hash("sha256", `${dispatcher}\n${event.id}\n${found.length}`, "base64url").slice(0, 22);
    const command = log.commands.get(id);
    if (command === undefined) return found;
    found.push(command);
  }
}

function requireMade(
  found: readonly LoggedCommand[],
  { expected, event, dispatcher }: { expected: readonly Expected[] | "any"; event: StoredEvent; dispatcher: string },
): void {
  for (const [index, { command }] of found.entries()) {
    const wanted = expected === "any" ? { entity: command.entity, command_type: "HearOf" } : expected[index];
    const { other, amount } = read<CommandPayload>(commandPayloadType, command.payload);
    const same =
      wanted !== undefined &&
      command.entity === wanted.entity &&
      command.command_type === wanted.command_type &&
      command.cause.kind === "event" &&
      command.cause.id === event.id &&
      command.root_cause === event.root_cause &&
      command.depth === event.depth + 1 &&
      other === event.entity &&
      amount === (event.aggregate_type === "Account" ? payloadOf(event).amount : 0);
    holds(same, "I6", () => `${dispatcher} made of ${event.id} the command ${JSON.stringify(command)}`);
  }
}

/** Position after which a dispatcher has to have seen everything. */
function deployedSince(log: LogRecord, dispatcher: string): number {
  let since = Infinity;
  for (const event of log.streams.get("evento:host") ?? []) {
    if (event.aggregate_type !== hostAggregateType) continue;
    const change = asHostEvent(event);
    if (change.type === "FunctionRemoved" && change.payload.name === dispatcher) since = Infinity;
    if (change.type === "FunctionDeployed" && change.payload.name === dispatcher && since === Infinity)
      since = event.position;
  }
  return since;
}

type Pass = { readonly covers: (position: number) => boolean };

/** What cursors and retries pass, by dispatcher and group. */
function passesOf(log: LogRecord): Map<string, Pass[]> {
  const passes = new Map<string, Pass[]>();
  for (const { entry, group } of log.entries) {
    if (entry.kind !== "cursor" && entry.kind !== "dispatch-retried") continue;
    const { kind, dispatcher, position } = entry;
    const pass: Pass = { covers: (other) => (kind === "cursor" ? other <= position : other === position) };
    const key = `${dispatcher} ${group}`;
    passes.set(key, [...(passes.get(key) ?? []), pass]);
  }
  return passes;
}
