// Checks what a dispatcher answered, and makes commands of it.
import { decodeCommandDrafts } from "../domain/draft-codec.ts";
import { dispatchedCommandIdOf } from "../domain/derived-id.ts";
import { entityTypeOf } from "../domain/entity-id.ts";
import type { Command, CommandDraft, Event } from "../domain/envelope.ts";
import { hostAggregateType } from "../domain/host-schema.ts";
import { EventoError } from "../errors.ts";
import { commandsPerEventMax } from "../limits.ts";
import type { AggregateSchema } from "../schemas/aggregate-schema.ts";
import type { Deployments, Dispatcher } from "./deployments.ts";
import type { Memberships } from "./memberships.ts";
import { PendingCommand } from "./pending.ts";

/** A draft whose payload has been checked against `schema`. */
export type CheckedCommandDraft = { readonly draft: CommandDraft; readonly schema: AggregateSchema };

/**
 * Decodes and checks a dispatcher's answer. A payload has to be in the version of the target's schema that the dispatcher
 * was built with.
 *
 * @throws EventoError DRAFTS_INVALID saying which draft and why.
 */
export function checkedCommandDrafts(
  bytes: Uint8Array,
  dispatcher: Dispatcher,
  deployments: Deployments,
): readonly CheckedCommandDraft[] {
  const drafts = decodeCommandDrafts(bytes, commandsPerEventMax);
  return drafts.map((draft, index) => {
    const aggregateType = targetTypeOf(draft.entity, deployments, `command ${index}`);
    const fingerprint = dispatcher.deployed.schemas[aggregateType];
    if (fingerprint === undefined)
      throw new EventoError(
        "DRAFTS_INVALID",
        `found command ${index} to ${draft.entity}, expected a target whose schema is among those of ${dispatcher.name}`,
        {
          hint: `add the schema of ${aggregateType} to what the dispatcher describes`,
        },
      );
    const schema = deployments.schema(aggregateType, fingerprint);
    const codec = schema.commands.get(draft.command_type);
    if (codec === undefined)
      throw new EventoError(
        "DRAFTS_INVALID",
        `found command ${index} of type ${draft.command_type}, expected one of ${[...schema.commands.keys()].join(", ")}`,
      );
    try {
      codec.check(draft.payload);
    } catch (error) {
      if (!(error instanceof EventoError)) throw error;
      throw new EventoError("DRAFTS_INVALID", `command ${index} of type ${draft.command_type}: ${error.message}`, {
        cause: error,
      });
    }
    return { draft, schema };
  });
}

/** The aggregate type of a command's target. @throws EventoError DRAFTS_INVALID */
export function targetTypeOf(entity: string, deployments: Deployments, what: string): string {
  const entityType = entityTypeOf(entity);
  const aggregateType = deployments.aggregateTypeOf(entityType);
  if (aggregateType === undefined || aggregateType === hostAggregateType)
    throw new EventoError(
      "DRAFTS_INVALID",
      `found ${what} to ${entity}, expected an entity type of a registered schema`,
    );
  return aggregateType;
}

/**
 * The commands that a dispatcher makes of an event, with ids that a repetition gives again.
 *
 * @throws EventoError DRAFTS_INVALID when a target is an entity that no aggregate holds.
 */
export async function commandsOf(
  drafts: readonly CheckedCommandDraft[],
  context: { dispatcher: string; event: Event; time: number; memberships: Memberships },
): Promise<readonly PendingCommand[]> {
  const { dispatcher, event, time, memberships } = context;
  const commands: PendingCommand[] = [];
  for (const [index, { draft, schema }] of drafts.entries()) {
    const isRoot = entityTypeOf(draft.entity) === schema.rootEntityType;
    const aggregate = isRoot ? draft.entity : await memberships.aggregateOf(draft.entity);
    if (aggregate === undefined)
      throw new EventoError("DRAFTS_INVALID", `found command ${index} to ${draft.entity}, which no aggregate holds`);
    const command: Command = {
      id: dispatchedCommandIdOf(dispatcher, event.id, index),
      command_type: draft.command_type,
      entity: draft.entity,
      aggregate,
      aggregate_type: schema.name,
      time,
      cause: { kind: "event", id: event.id },
      root_cause: event.root_cause,
      depth: event.depth + 1,
      payload: draft.payload,
    };
    commands.push(new PendingCommand({ command, schema, notBefore: draft.not_before }));
  }
  return commands;
}
