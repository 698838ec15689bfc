// Decides a window of commands of one aggregate: handler, check of the drafts, aggregator, and on with the next.
// Nothing is stored here; what comes out has been checked and folded.
import { encodeEvents } from "../domain/envelope-codec.ts";
import type { Command, Event, EventDraft } from "../domain/envelope.ts";
import { EventoError } from "../errors.ts";
import type { Answer, Functions, Step, Usage } from "../ports/functions.ts";
import type { ObservedTurn } from "../ports/observer.ts";
import type { InCharge } from "./deployments.ts";
import { checkedEventDrafts, eventsOf } from "./event-drafts.ts";
import { foldedOf } from "./folding.ts";
import type { Folded } from "./mailbox.ts";
import type { Memberships } from "./memberships.ts";
import type { PendingCommand } from "./pending.ts";
import { commandFor, eventFor, stateFor } from "./resolution.ts";

export type Decision =
  | {
      readonly kind: "decided";
      readonly pending: PendingCommand;
      readonly events: readonly Event[];
      readonly before: Folded;
      readonly after: Folded;
      /** Entities that these events make members of the aggregate; claimed until the events are durable. */
      readonly claimed: readonly string[];
      readonly usage: Usage;
    }
  | { readonly kind: "failed"; readonly pending: PendingCommand; readonly reason: string };

export type DecisionContext = {
  readonly functions: Functions;
  readonly memberships: Memberships;
  readonly handler: InCharge;
  readonly aggregator: InCharge;
  /** Entities known to be inside the aggregate already. */
  readonly members: ReadonlySet<string>;
  /** Told of each call. */
  readonly observed?: ObservedTurn | undefined;
  /** Milliseconds since 1970 of the events to come. */
  readonly time: number;
};

/**
 * Decides commands in order, each on the state that the one before left.
 *
 * @returns 1 to `commands.length` decisions. It is shorter when the function's own fold of a window can't be believed from
 *   some command on: the rest has to be decided again.
 * @throws EventoError FUNCTION_UNAVAILABLE (retryable).
 */
export async function decide(
  context: DecisionContext,
  folded: Folded,
  commands: readonly PendingCommand[],
): Promise<readonly Decision[]> {
  const { handler, aggregator } = context;
  const together = handler.fn.name === aggregator.fn.name && handler.fn.digest === aggregator.fn.digest;
  return together ? decideTogether(context, folded, commands) : decideApart(context, folded, commands);
}

/** Handler and aggregator are one component: the whole window is one round trip. */
async function decideTogether(
  context: DecisionContext,
  folded: Folded,
  commands: readonly PendingCommand[],
): Promise<readonly Decision[]> {
  const { functions, handler, time } = context;
  const encoded: Uint8Array[] = [];
  for (const pending of commands) {
    const bytes = encodedFor(context, pending);
    // A command that the function's schema does not know ends the window: it fails alone, when its turn comes first.
    if (typeof bytes !== "string") encoded.push(bytes);
    else if (encoded.length === 0) return [{ kind: "failed", pending, reason: bytes }];
    else break;
  }
  const steps = await functions.turn(handler.fn, {
    state: folded.state,
    sequence: folded.sequence,
    time,
    commands: encoded,
  });
  const decisions: Decision[] = [];
  let before = folded;
  for (const [index, step] of steps.entries()) {
    const pending = commands[index];
    if (pending === undefined)
      throw new Error(`invariant broken: ${steps.length} answers to ${encoded.length} commands`);
    context.observed?.called({
      command: pending.command,
      fn: handler.fn,
      part: "handler and aggregator",
      usage: step.usage,
      reason: reasonOf(step),
    });
    const decision = await judge(context, pending, before, step);
    decisions.push(decision);
    // What the function folded after a step that the host refuses is built on something that did not happen.
    if (decision.kind === "failed" && step.kind === "decided") break;
    if (decision.kind === "decided") before = decision.after;
  }
  return decisions;
}

async function judge(context: DecisionContext, pending: PendingCommand, before: Folded, step: Step): Promise<Decision> {
  if (step.kind === "failed") return { kind: "failed", pending, reason: step.reason };
  const accepted = await acceptedDrafts(context, pending.command, step.drafts);
  if (typeof accepted === "string") return { kind: "failed", pending, reason: accepted };
  return concluded(context, pending, { ...accepted, before, state: step.state, usage: step.usage });
}

/** Handler and aggregator are two functions: two round trips a command. */
async function decideApart(
  context: DecisionContext,
  folded: Folded,
  commands: readonly PendingCommand[],
): Promise<readonly Decision[]> {
  const decisions: Decision[] = [];
  let before = folded;
  for (const pending of commands) {
    const decision = await decideOneApart(context, before, pending);
    decisions.push(decision);
    if (decision.kind === "decided") before = decision.after;
  }
  return decisions;
}

async function decideOneApart(context: DecisionContext, before: Folded, pending: PendingCommand): Promise<Decision> {
  const { functions, handler, aggregator, time, observed } = context;
  const failed = (reason: string): Decision => ({ kind: "failed", pending, reason });
  const command = encodedFor(context, pending);
  if (typeof command === "string") return failed(command);
  const state = before.state === null ? null : stateFor(handler, aggregator, before.state);
  const handled = await functions.handle(handler.fn, { command, state });
  observed?.called({
    command: pending.command,
    fn: handler.fn,
    part: "handler",
    usage: handled.usage,
    reason: reasonOf(handled),
  });
  if (handled.kind === "failed") return failed(handled.reason);
  const accepted = await acceptedDrafts(context, pending.command, handled.bytes);
  if (typeof accepted === "string") return failed(accepted);
  const { drafts, claimed } = accepted;
  const events = eventsOf(pending.command, drafts, { after: before.sequence, time });
  let forAggregator: readonly Event[];
  try {
    forAggregator = events.map((event) => eventFor(aggregator.schema, event, handler.schema));
  } catch (error) {
    if (!(error instanceof EventoError)) throw error;
    context.memberships.release(claimed);
    return failed(error.message);
  }
  const foldedAnswer = await functions.aggregate(aggregator.fn, {
    state: before.state,
    events: encodeEvents(forAggregator),
  });
  observed?.called({
    command: pending.command,
    fn: aggregator.fn,
    part: "aggregator",
    usage: foldedAnswer.usage,
    reason: reasonOf(foldedAnswer),
  });
  if (foldedAnswer.kind === "failed") {
    context.memberships.release(claimed);
    return failed(`the aggregator ${aggregator.fn.name} could not fold its events: ${foldedAnswer.reason}`);
  }
  const usage = {
    duration_us: handled.usage.duration_us + foldedAnswer.usage.duration_us,
    memory_bytes: Math.max(handled.usage.memory_bytes, foldedAnswer.usage.memory_bytes),
  };
  return concluded(context, pending, { ...accepted, before, state: foldedAnswer.bytes, usage });
}

/** The command as the handler's schema has it, or why it can't be. */
function encodedFor(context: DecisionContext, pending: PendingCommand): Uint8Array | string {
  try {
    return commandFor(context.handler.schema, pending);
  } catch (error) {
    if (error instanceof EventoError) return error.message;
    throw error;
  }
}

type AcceptedDrafts = { readonly drafts: readonly EventDraft[]; readonly claimed: readonly string[] };

/** Drafts that may become events, their new members claimed; or why not. */
async function acceptedDrafts(
  context: DecisionContext,
  command: Command,
  bytes: Uint8Array,
): Promise<AcceptedDrafts | string> {
  const { handler, memberships } = context;
  let drafts: readonly EventDraft[];
  try {
    drafts = checkedEventDrafts(bytes, handler.schema, command.aggregate);
  } catch (error) {
    if (error instanceof EventoError) return error.message;
    throw error;
  }
  const claimed: string[] = [];
  for (const entity of newMembers(context, command, drafts)) {
    const claim = await memberships.claim(entity, command.aggregate);
    if (claim.kind === "taken") {
      memberships.release(claimed);
      return `found an event about ${entity}, which belongs to ${claim.owner}, expected an entity of ${command.aggregate}`;
    }
    if (claim.kind === "claimed") claimed.push(entity);
  }
  return { drafts, claimed };
}

function newMembers(context: DecisionContext, command: Command, drafts: readonly EventDraft[]): Set<string> {
  const entities = new Set<string>();
  for (const { entity } of drafts)
    if (entity !== command.aggregate && !context.members.has(entity)) entities.add(entity);
  return entities;
}

function concluded(
  context: DecisionContext,
  pending: PendingCommand,
  step: AcceptedDrafts & { readonly before: Folded; readonly state: Uint8Array; readonly usage: Usage },
): Decision {
  const { aggregator, time } = context;
  const { drafts, claimed, before, state, usage } = step;
  try {
    const after = foldedOf(before.aggregate, aggregator, before.sequence + drafts.length, state);
    const events = eventsOf(pending.command, drafts, { after: before.sequence, time });
    return { kind: "decided", pending, events, before, after, claimed, usage };
  } catch (error) {
    if (!(error instanceof EventoError)) throw error;
    context.memberships.release(claimed);
    return {
      kind: "failed",
      pending,
      reason: `the aggregator ${aggregator.fn.name} answered a state off its schema: ${error.message}`,
    };
  }
}

function reasonOf(answer: Answer | Step): string | undefined {
  return answer.kind === "failed" ? answer.reason : undefined;
}
