// States from events: the latest of an aggregate for its next turn, or that of an earlier time for a reader.
import { EventoError, invariant } from "../errors.ts";
import { stateBytesMax } from "../limits.ts";
import type { Functions } from "../ports/functions.ts";
import type { EncodedEvents, FoldedState, Journal } from "../ports/journal.ts";
import type { SnapshotKey } from "../ports/snapshots.ts";
import type { Deployments, InCharge } from "./deployments.ts";
import type { Folded } from "./mailbox.ts";
import { payloadReaderOf } from "./resolution.ts";

/** Events that go to an aggregator in one call, by count and by bytes: together well below the largest frame. */
const eventsPerCall = 500;
const eventBytesPerCall = 4 << 20;

/** Where events and kept states come from. */
export type FoldingSources = {
  readonly deployments: Deployments;
  readonly functions: Functions;
  readonly journal: Pick<Journal, "sequence" | "encodedStream" | "state">;
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
    if (folded.sequence === sequence) return folded;
    let reading = this.#read(aggregate, aggregator, { after: folded.sequence, until: sequence });
    while (folded.sequence < sequence) {
      const events = await reading;
      // The next are read and encoded while the function folds these.
      if (events.lastSequence < sequence) {
        reading = this.#read(aggregate, aggregator, { after: events.lastSequence, until: sequence });
        // Nobody asks for them when these can't be folded.
        reading.catch(() => undefined);
      }
      const answer = await this.#functions.aggregate(aggregator.fn, { state: folded.state, events: events.bytes });
      if (answer.kind === "failed")
        throw new EventoError(
          "FOLD_FAILED",
          `${aggregator.fn.name} could not fold the events of ${aggregate} after ${folded.sequence}: ${answer.reason}`,
          {
            hint: "deploy an aggregator that can, or roll back to one that could",
          },
        );
      folded = foldedOf(aggregate, aggregator, events.lastSequence, answer.bytes);
    }
    return folded;
  }

  async #read(
    aggregate: string,
    aggregator: InCharge,
    { after, until }: { after: number; until: number },
  ): Promise<EncodedEvents> {
    const events = await this.#journal.encodedStream(aggregate, {
      after,
      limit: Math.min(eventsPerCall, until - after),
      bytesMax: eventBytesPerCall,
      reader: payloadReaderOf(aggregator.schema, this.#deployments),
    });
    invariant(events.count > 0, `${aggregate} has an event ${after + 1} of ${until}`);
    return events;
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
