// What is shown outside: envelopes, commands and aggregates in the contract's JSON form.
import type { Command, StoredEvent } from "../domain/envelope.ts";
import type { CommandRecord, CommandStatus } from "../ports/journal.ts";
import type { AggregateSchema } from "../schemas/aggregate-schema.ts";
import type { Deployments } from "./deployments.ts";

type CauseJson = { readonly kind: "external" | "command" | "event"; readonly id: string };

export type CommandJson = {
  readonly id: string;
  readonly command_type: string;
  readonly entity: string;
  readonly aggregate: string;
  readonly aggregate_type: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly cause: CauseJson;
  readonly root_cause: string;
  readonly depth: number;
  readonly not_before?: string;
  readonly payload: unknown;
};

export type EventJson = {
  readonly id: string;
  readonly event_type: string;
  readonly entity: string;
  readonly aggregate: string;
  readonly aggregate_type: string;
  readonly sequence: number;
  readonly position: number;
  readonly time: string;
  readonly cause: CauseJson;
  readonly root_cause: string;
  readonly depth: number;
  readonly payload: unknown;
};

/** A command and what became of it. */
export type CommandView = {
  readonly command: CommandJson;
  readonly status: CommandStatus;
  /** Tries that ended without an event. */
  readonly attempts: number;
  readonly last_error: string | null;
  readonly events: readonly EventJson[];
};

export type AggregateView = {
  readonly aggregate: string;
  readonly aggregate_type: string;
  readonly sequence: number;
  readonly state: unknown;
};

export function commandJsonOf(command: Command, notBefore: number | null, schema: AggregateSchema): CommandJson {
  const codec = schema.commands.get(command.command_type);
  if (codec === undefined) throw new Error(`invariant broken: ${schema.name} has no command ${command.command_type}`);
  return {
    id: command.id,
    command_type: command.command_type,
    entity: command.entity,
    aggregate: command.aggregate,
    aggregate_type: command.aggregate_type,
    time: new Date(command.time).toISOString(),
    cause: command.cause,
    root_cause: command.root_cause,
    depth: command.depth,
    ...(notBefore === null ? {} : { not_before: new Date(notBefore).toISOString() }),
    payload: codec.toJson(command.payload),
  };
}

export function eventJsonOf(event: StoredEvent, deployments: Deployments): EventJson {
  const codec = deployments.schema(event.aggregate_type, event.schema).events.get(event.event_type);
  if (codec === undefined)
    throw new Error(`invariant broken: ${event.aggregate_type} has no event ${event.event_type}`);
  return {
    id: event.id,
    event_type: event.event_type,
    entity: event.entity,
    aggregate: event.aggregate,
    aggregate_type: event.aggregate_type,
    sequence: event.sequence,
    position: event.position,
    time: new Date(event.time).toISOString(),
    cause: event.cause,
    root_cause: event.root_cause,
    depth: event.depth,
    payload: codec.toJson(event.payload),
  };
}

export function commandViewOf(record: CommandRecord, deployments: Deployments): CommandView {
  const schema = deployments.schema(record.command.aggregate_type, record.schema);
  return {
    command: commandJsonOf(record.command, record.not_before, schema),
    status: record.status,
    attempts: record.attempts,
    last_error: record.last_error,
    events: record.events.map((event) => eventJsonOf(event, deployments)),
  };
}
