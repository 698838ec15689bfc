// States from events: the latest of an aggregate for its next turn, or that of an earlier time for a reader.
import type { StoredEvent } from "../domain/envelope.ts";
import { EventoError } from "../errors.ts";
import { stateBytesMax } from "../limits.ts";
import type { Functions } from "../ports/functions.ts";
import type { FoldedState, Journal } from "../ports/journal.ts";
import type { SnapshotKey } from "../ports/snapshots.ts";
import type { Deployments, InCharge } from "./deployments.ts";
import type { Folded } from "./mailbox.ts";
import { eventsFor } from "./resolution.ts";

/** Events that go to an aggregator in one call, by count and by bytes of payload: together well below the largest frame. */
const eventsPerCall = 500;
const eventBytesPerCall = 4 << 20;

/** Where events and kept states come from. */
export type FoldingSources = {
  readonly deployments: Deployments;
  readonly functions: Functions;
  readonly journal: Pick<Journal, "sequence" | "stream" | "state">;
  readonly snapshots: { latest(key: SnapshotKey, atSequence: number): Promise<FoldedState | undefined> };
};

export class Folding {
  readonly #deployments: Deployments;
  readonly #functions: Functions;
  readonly #journal: FoldingSources["journal"];
  readonly #snapshots: FoldingSources["snapshots"];

  constructor(given: FoldingSources) {
    this.#deployments = given.deployments;
    this.#functions = given.functions;
    this.#journal = given.journal;
    this.#snapshots = given.snapshots;
  }

  /** The state after the aggregate's last durable event, as the aggregator sees it. */
  async latest(aggregate: string, aggregator: InCharge): Promise<Folded> {
    const sequence = await this.#journal.sequence(aggregate);
    return this.at(aggregate, aggregator, sequence);
  }

  /**
   * The state after the event with a sequence.
   *
   * @throws EventoError FOLD_FAILED when the aggregator can't fold what is stored.
   */
  async at(aggregate: string, aggregator: InCharge, sequence: number): Promise<Folded> {
    let folded = await this.#startOf(aggregate, aggregator, sequence);
    while (folded.sequence < sequence) {
      const limit = Math.min(eventsPerCall, sequence - folded.sequence);
      const events = withinBytes(
        await this.#journal.stream(aggregate, { after: folded.sequence, limit, bytesMax: eventBytesPerCall }),
      );
      const last = events.at(-1);
      if (last === undefined)
        throw new Error(`invariant broken: ${aggregate} has no event ${folded.sequence + 1} of ${sequence}`);
      const answer = await this.#functions.aggregate(aggregator.fn, {
        state: folded.state,
        events: eventsFor(aggregator.schema, events, this.#deployments),
      });
      if (answer.kind === "failed")
        throw new EventoError(
          "FOLD_FAILED",
          `${aggregator.fn.name} could not fold the events of ${aggregate} after ${folded.sequence}: ${answer.reason}`,
          {
            hint: "deploy an aggregator that can, or roll back to one that could",
          },
        );
      folded = foldedOf(aggregate, aggregator, last.sequence, answer.bytes);
    }
    return folded;
  }

  /** The nearest kept state at or before a sequence, or the empty one. */
  async #startOf(aggregate: string, aggregator: InCharge, sequence: number): Promise<Folded> {
    const empty: Folded = {
      aggregate,
      sequence: 0,
      aggregator_digest: aggregator.fn.digest,
      schema: aggregator.schema.fingerprint,
      state: null,
      references: [],
    };
    if (sequence === 0) return empty;
    const kept = await this.#journal.state(aggregate);
    const usable = kept !== undefined && kept.sequence <= sequence && matches(kept, aggregator) ? kept : undefined;
    if (usable !== undefined && usable.sequence === sequence)
      return foldedOf(aggregate, aggregator, sequence, usable.state);
    const key = { aggregate, aggregator_digest: aggregator.fn.digest, schema: aggregator.schema.fingerprint };
    const snapshot = await this.#snapshots.latest(key, sequence);
    const start = (snapshot?.sequence ?? 0) > (usable?.sequence ?? 0) ? snapshot : usable;
    return start === undefined ? empty : foldedOf(aggregate, aggregator, start.sequence, start.state);
  }
}

/** The first events that fit into one call; at least one. */
function withinBytes(events: readonly StoredEvent[]): readonly StoredEvent[] {
  let bytes = 0;
  for (const [index, event] of events.entries()) {
    bytes += event.payload.length;
    if (index > 0 && bytes > eventBytesPerCall) return events.slice(0, index);
  }
  return events;
}

function matches(kept: FoldedState, aggregator: InCharge): boolean {
  return kept.aggregator_digest === aggregator.fn.digest && kept.schema === aggregator.schema.fingerprint;
}

/**
 * A state as an aggregator answered it, checked against its schema.
 *
 * @throws EventoError AVRO_INVALID when it is off the schema; STATE_TOO_LARGE.
 */
export function foldedOf(aggregate: string, aggregator: InCharge, sequence: number, state: Uint8Array): Folded {
  if (state.length > stateBytesMax)
    throw new EventoError(
      "STATE_TOO_LARGE",
      `found a state of ${state.length} bytes for ${aggregate}, expected at most ${stateBytesMax}`,
    );
  aggregator.schema.root.check(state);
  return {
    aggregate,
    sequence,
    aggregator_digest: aggregator.fn.digest,
    schema: aggregator.schema.fingerprint,
    state,
    references: aggregator.schema.referencesIn(state),
  };
}
