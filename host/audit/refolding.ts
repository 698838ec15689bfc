// States folded anew from the events alone, by whichever component: nothing that a host has kept is believed. The newest state of
// each aggregate and component is remembered, within a bound, so that the next fold goes on from there.
import type { StoredEvent } from "../domain/envelope.ts";
import type { InCharge } from "../engine/deployments.ts";
import { Folding } from "../engine/folding.ts";
import type { Folded } from "../engine/mailbox.ts";
import { eventsFor } from "../engine/resolution.ts";
import type { Functions } from "../ports/functions.ts";
import type { EncodedEvents, FoldedState, Journal, PayloadReader } from "../ports/journal.ts";
import type { SnapshotKey } from "../ports/snapshots.ts";
import type { DeploymentHistory } from "./deployment-history.ts";
import { RecentStates } from "./recent-states.ts";

export class Refolding {
  readonly #folding: Folding;
  readonly #states: RecentStates<FoldedState>;
  /** Events that were just read, by aggregate: most folds go on with them. */
  #atHand: ReadonlyMap<string, readonly StoredEvent[]> = new Map();

  constructor(given: { journal: Journal; functions: Functions; history: DeploymentHistory; bytesMax: number }) {
    const { journal, functions, history } = given;
    this.#states = new RecentStates(given);
    this.#folding = new Folding({
      deployments: history.deployments,
      functions,
      journal: {
        sequence: (aggregate) => journal.sequence(aggregate),
        encodedStream: async (aggregate, query) =>
          this.#encodedAtHand(aggregate, query) ?? journal.encodedStream(aggregate, query),
        state: async () => undefined,
      },
      snapshots: { latest: async (key, atSequence) => this.#latest(key, atSequence) },
    });
  }

  /** Says what lies at hand from now on: of each aggregate some of its events, in their order without a gap. */
  take(atHand: ReadonlyMap<string, readonly StoredEvent[]>): void {
    this.#atHand = atHand;
  }

  /** The state after the event with a sequence. @throws EventoError as `Folding.at` */
  async at(aggregate: string, aggregator: InCharge, sequence: number): Promise<Folded> {
    const folded = await this.#folding.at(aggregate, aggregator, sequence);
    const { state, references: _, ...rest } = folded;
    if (state !== null) this.#states.put(folded, { ...rest, state }, state.length);
    return folded;
  }

  #encodedAtHand(
    aggregate: string,
    { after, limit, reader }: { after: number; limit: number; reader: PayloadReader },
  ): EncodedEvents | undefined {
    const events = this.#atHand.get(aggregate);
    const [first] = events ?? [];
    const last = events?.at(-1);
    if (events === undefined || first === undefined || last === undefined) return undefined;
    if (after + 1 < first.sequence || after >= last.sequence) return undefined;
    const start = after + 1 - first.sequence;
    const taken = events.slice(start, start + limit);
    return { bytes: eventsFor(reader, taken), count: taken.length, lastSequence: after + taken.length };
  }

  #latest(key: SnapshotKey, atSequence: number): FoldedState | undefined {
    const known = this.#states.get(key);
    return known !== undefined && known.sequence <= atSequence ? known : undefined;
  }
}
