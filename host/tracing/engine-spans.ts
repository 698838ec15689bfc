// What the engine does, as spans. Their tree is that of the causes:
//
//   POST /commands
//     SavingsAccount.WithdrawCash          from acceptance to its end on disk, over as many tries as it took
//       try 1                              a turn, which other commands may share
//         handler and aggregator accounts  the call of the function
//       commit                             until it is on disk
//       dispatch transfers                 of an event that came of it; one for each command that it led to
//         CheckingAccount.ReceiveDeposit   perhaps much later, perhaps by a host that was started again
//       publish CashWithdrawn
import type { Attributes } from "@opentelemetry/api";

import { commandOfEventId } from "../domain/derived-id.ts";
import type { Command, StoredEvent } from "../domain/envelope.ts";
import { hostAggregateType } from "../domain/host-schema.ts";
import type { FunctionRef } from "../ports/functions.ts";
import type { ObservedCall, ObservedTry, ObservedTurn, Observer } from "../ports/observer.ts";
import type { SpanExport } from "./span-export.ts";
import { nowMs, spanIdOf, startMs, type SpanDraft } from "./span.ts";
import type { TraceRoot, TraceRoots } from "./trace-roots.ts";

type Due = Pick<Command, "cause" | "root_cause">;
type Untraced = Omit<SpanDraft, "trace">;

export class EngineSpans implements Observer {
  readonly #roots: TraceRoots;
  readonly #spans: SpanExport;

  constructor(given: { roots: TraceRoots; spans: SpanExport }) {
    this.#roots = given.roots;
    this.#spans = given.spans;
  }

  turn(handler: FunctionRef): ObservedTurn {
    const start = nowMs();
    const calls: ObservedCall[] = [];
    let tries: readonly ObservedTry[] = [];
    let decidedAt = start;
    return {
      called: (call) => {
        calls.push(call);
      },
      decided: (all) => {
        decidedAt = nowMs();
        const callsOf = Map.groupBy(calls, ({ command }) => command.id);
        // A window goes to the function at once, and what is measured of each is how long it took.
        let at = start;
        for (const one of all) {
          const turn = trySpanOf(one, { handler, start, end: decidedAt });
          const spans = [turn];
          for (const call of callsOf.get(one.command.id) ?? []) {
            spans.push(callSpanOf(call, { parent: turn.span, start: at }));
            at += call.usage.duration_us / 1000;
          }
          this.#add(one.command, () => spans);
        }
        tries = all.filter(({ reason }) => reason === undefined);
      },
      durable: () => {
        const end = nowMs();
        for (const { command, attempt } of tries)
          this.#add(command, (root) => [
            commitSpanOf(command, { start: decidedAt, end }),
            commandSpanOf(command, {
              root,
              end,
              attributes: { "evento.outcome": "done", "evento.attempts": attempt, ...functionAttributesOf(handler) },
            }),
          ]);
      },
    };
  }

  parked(command: Command, { attempts, reason }: { attempts: number; reason: string }): void {
    const attributes = { "evento.outcome": "parked", "evento.attempts": attempts };
    const end = nowMs();
    this.#add(command, (root) => [commandSpanOf(command, { root, end, attributes, reason })]);
  }

  appended(event: StoredEvent): void {
    const end = nowMs();
    this.#add(event, ({ parent }) => [
      {
        span: outsideSpanIdOf(event.id),
        parent,
        name: `${event.aggregate_type}.${event.event_type}`,
        start: event.time,
        end,
        attributes: eventAttributesOf(event),
      },
    ]);
  }

  dispatch(dispatcher: FunctionRef, event: StoredEvent): (made: readonly Command[] | string) => void {
    const start = startMs();
    return (made) => {
      const shared = {
        parent: originOf(event),
        name: `dispatch ${dispatcher.name}`,
        start,
        end: nowMs(),
        attributes: { ...eventAttributesOf(event), ...functionAttributesOf(dispatcher) },
        reason: typeof made === "string" ? made : undefined,
      };
      // Many dispatchers look at many events that are nothing to them: what came of nothing has an id of its own all the same.
      const ids =
        typeof made === "string" || made.length === 0
          ? [spanIdOf(`dispatch ${dispatcher.name} ${event.id} ${start}`)]
          : made.map(dispatchSpanIdOf);
      this.#add(event, () => ids.map((span) => ({ ...shared, span })));
    };
  }

  #add(due: Due, spansOf: (root: TraceRoot) => readonly Untraced[]): void {
    this.#roots.of(due).then(
      (root) => {
        if (!root.sampled) return;
        for (const span of spansOf(root)) this.#spans.add({ trace: root.trace, ...span });
      },
      // The journal says so itself when it can't be read.
      () => undefined,
    );
  }
}

/** The span that an event came of: of its command, or its own when it came from outside; undefined when it has none. */
export function originOf({ id, aggregate_type, cause }: StoredEvent): string | undefined {
  if (cause.kind === "command") return commandSpanIdOf(cause.id);
  if (cause.kind === "external") return aggregate_type === hostAggregateType ? undefined : outsideSpanIdOf(id);
  // An event of the host about an event: beside what followed from that.
  const command = commandOfEventId(cause.id)?.commandId;
  return command === undefined ? outsideSpanIdOf(cause.id) : commandSpanIdOf(command);
}

function outsideSpanIdOf(id: string): string {
  return spanIdOf(`event ${id}`);
}

function eventAttributesOf(event: StoredEvent): Attributes {
  return {
    "evento.event.id": event.id,
    "evento.event.type": event.event_type,
    "evento.entity": event.entity,
    "evento.aggregate": event.aggregate,
    "evento.aggregate.type": event.aggregate_type,
    "evento.position": event.position,
  };
}

function commandSpanIdOf(id: string): string {
  return spanIdOf(`command ${id}`);
}

/** Of the command and not of the event, so that the command finds it again. */
function dispatchSpanIdOf({ id }: Command): string {
  return spanIdOf(`dispatch ${id}`);
}

function commandSpanOf(
  command: Command,
  given: { root: TraceRoot; end: number; attributes: Attributes; reason?: string },
): Untraced {
  const { root, end, attributes, reason } = given;
  return {
    span: commandSpanIdOf(command.id),
    parent: command.depth === 0 ? root.parent : dispatchSpanIdOf(command),
    name: `${command.aggregate_type}.${command.command_type}`,
    start: command.time,
    end,
    attributes: {
      "evento.command.id": command.id,
      "evento.command.type": command.command_type,
      "evento.entity": command.entity,
      "evento.aggregate": command.aggregate,
      "evento.aggregate.type": command.aggregate_type,
      ...attributes,
    },
    reason,
  };
}

function trySpanOf(one: ObservedTry, given: { handler: FunctionRef; start: number; end: number }): Untraced {
  const { command, attempt, reason } = one;
  const { handler, start, end } = given;
  return {
    // One that was brought back counts its tries from 1 again.
    span: spanIdOf(`try ${command.id} ${attempt} ${start}`),
    parent: commandSpanIdOf(command.id),
    name: `try ${attempt}`,
    start,
    end,
    attributes: {
      "evento.command.id": command.id,
      "evento.attempt": attempt,
      ...functionAttributesOf(handler),
    },
    reason,
  };
}

function callSpanOf(call: ObservedCall, { parent, start }: { parent: string; start: number }): Untraced {
  const { command, fn, part, usage, reason } = call;
  return {
    span: spanIdOf(`${part} ${parent}`),
    parent,
    name: `${part} ${fn.name}`,
    start,
    end: start + usage.duration_us / 1000,
    attributes: {
      "evento.command.id": command.id,
      ...functionAttributesOf(fn),
      "evento.function.memory_bytes": usage.memory_bytes,
    },
    reason,
  };
}

function commitSpanOf({ id }: Command, times: { start: number; end: number }): Untraced {
  return {
    span: spanIdOf(`commit ${id} ${times.start}`),
    parent: commandSpanIdOf(id),
    name: "commit",
    ...times,
    attributes: { "evento.command.id": id },
  };
}

function functionAttributesOf({ name, digest }: FunctionRef): Attributes {
  return { "evento.function": name, "evento.function.digest": digest };
}
