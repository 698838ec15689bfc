// Does a command end again as the log says? The component that handled it gets the command and the state that it saw then, and
// its answer is compared with the stored events, byte for byte.
import type { StoredEvent } from "../domain/envelope.ts";
import { stateHashOf } from "../engine/commit.ts";
import type { Deployments, InCharge } from "../engine/deployments.ts";
import { checkedEventDrafts } from "../engine/event-drafts.ts";
import type { Folded } from "../engine/mailbox.ts";
import { commandFor, stateFor } from "../engine/resolution.ts";
import { EventoError } from "../errors.ts";
import type { Functions } from "../ports/functions.ts";
import type { CommandRecord, Outcome } from "../ports/journal.ts";
import type { ComponentCheck } from "./component-check.ts";
import type { DeploymentHistory } from "./deployment-history.ts";
import type { Refolding } from "./refolding.ts";

type Ended = CommandRecord & { readonly outcome: Outcome };

export class OutcomeCheck {
  /** Commands that were run again. */
  count = 0;
  readonly #functions: Functions;
  readonly #history: DeploymentHistory;
  readonly #components: ComponentCheck;
  readonly #refolding: Refolding;

  constructor(given: {
    functions: Functions;
    history: DeploymentHistory;
    components: ComponentCheck;
    refolding: Refolding;
  }) {
    this.#functions = given.functions;
    this.#history = given.history;
    this.#components = given.components;
    this.#refolding = given.refolding;
  }

  /**
   * Runs a command again.
   *
   * @param inForce - what was deployed where the outcome lies in the log.
   * @throws EventoError OUTCOME_DIFFERS saying how; as a fold does.
   */
  async check(record: Ended, inForce: Deployments): Promise<void> {
    const { command, outcome, events } = record;
    const known = this.#history.handlerOf(command.aggregate_type, outcome.function_digest);
    if (known === undefined)
      throw differs(record, `was handled by ${outcome.function_digest}, which the log never saw deployed`);
    const { handler } = known;
    if (!(await this.#components.isThere(handler.fn))) return;
    const current = inForce.aggregatorOf(command.aggregate_type);
    const seen = await this.#seen(record, known.alsoFolds ? handler : current);
    if (seen === undefined) return;
    this.count++;
    const { deployments } = this.#history;
    const schema = deployments.schema(command.aggregate_type, record.schema);
    const answer = await this.#functions.handle(handler.fn, {
      command: commandFor(handler.schema, { command, schema }),
      state: seen.folded.state === null ? null : stateFor(handler, seen.aggregator, seen.folded.state),
    });
    if (answer.kind === "failed") throw differs(record, `failed: ${answer.reason}`);
    requireSameEvents(record, answer.bytes, handler, events);
  }

  /**
   * The state that the handler saw, by the hash that the log has of it; undefined when a component is missing that may have
   * folded it.
   *
   * @param likely - who has folded it, unless a turn was under way while a version was deployed: that one saw an older one's.
   */
  async #seen(
    record: Ended,
    likely: InCharge | undefined,
  ): Promise<{ folded: Folded; aggregator: InCharge } | undefined> {
    const { command, outcome } = record;
    const others = this.#history.aggregatorsOf(command.aggregate_type);
    const candidates = [
      ...(likely === undefined ? [] : [likely]),
      ...others.filter(({ fn }) => fn.digest !== likely?.fn.digest),
    ];
    let failure: EventoError | undefined;
    let isComplete = true;
    for (const aggregator of candidates) {
      if (!(await this.#components.isThere(aggregator.fn))) {
        isComplete = false;
        continue;
      }
      try {
        const folded = await this.#refolding.at(command.aggregate, aggregator, outcome.seen_sequence);
        if (Buffer.compare(stateHashOf(folded.state), outcome.seen_state_hash) === 0) return { folded, aggregator };
      } catch (error) {
        if (!(error instanceof EventoError)) throw error;
        failure ??= error;
      }
    }
    if (!isComplete) return undefined;
    const why = failure === undefined ? "" : ` (${failure.message})`;
    throw differs(record, `saw another state at ${outcome.seen_sequence} than its events fold to${why}`, failure);
  }
}

function requireSameEvents(record: Ended, drafts: Uint8Array, handler: InCharge, events: readonly StoredEvent[]): void {
  const { command, outcome } = record;
  const again = checkedEventDrafts(drafts, handler.schema, command.aggregate);
  if (again.length !== events.length)
    throw differs(record, `answered ${again.length} events, and ${events.length} are stored`);
  for (const [index, event] of events.entries()) {
    const draft = again[index];
    if (event.sequence !== outcome.seen_sequence + index + 1)
      throw differs(record, `saw sequence ${outcome.seen_sequence}, and event ${index} is stored at ${event.sequence}`);
    if (event.schema !== handler.schema.fingerprint) throw differs(record, `has event ${index} in another schema`);
    if (draft?.event_type !== event.event_type || draft.entity !== event.entity)
      throw differs(
        record,
        `answered ${draft?.event_type} about ${draft?.entity}, and ${event.event_type} about ${event.entity} is stored`,
      );
    if (Buffer.compare(draft.payload, event.payload) !== 0)
      throw differs(record, `answered event ${index} with another payload than is stored`);
  }
}

function differs({ command, outcome }: Ended, how: string, cause?: unknown): EventoError {
  return new EventoError(
    "OUTCOME_DIFFERS",
    `the command ${command.id} (${command.command_type} to ${command.entity}), run again by ${outcome.function_digest.slice(0, 12)}, ${how}`,
    {
      cause,
      hint: "the function does not answer the same to the same, or its component or the log is not what it was",
    },
  );
}
