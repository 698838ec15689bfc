// States folded anew from the events alone, by whichever component: nothing that a host has kept is believed. The newest state of
// each aggregate and component is remembered, within a bound, so that the next fold goes on from there.
import type { StoredEvent } from "../domain/envelope.ts";
import type { InCharge } from "../engine/deployments.ts";
import { Folding } from "../engine/folding.ts";
import type { Folded } from "../engine/mailbox.ts";
import { aggregateBytesCachedMax } from "../limits.ts";
import type { Functions } from "../ports/functions.ts";
import type { FoldedState, Journal } from "../ports/journal.ts";
import type { SnapshotKey } from "../ports/snapshots.ts";
import type { DeploymentHistory } from "./deployment-history.ts";

/** What a remembered state costs beside its bytes, about. */
const entryBytes = 500;

export class Refolding {
  readonly #folding: Folding;
  /** In the order of use: the first is the longest unused. */
  readonly #states = new Map<string, FoldedState>();
  readonly #bytesMax: number;
  #bytes = 0;
  /** Events that were just read, by aggregate: most folds go on with them. */
  #atHand: ReadonlyMap<string, readonly StoredEvent[]> = new Map();

  constructor(given: { journal: Journal; functions: Functions; history: DeploymentHistory; bytesMax?: number }) {
    const { journal, functions, history } = given;
    this.#bytesMax = given.bytesMax ?? aggregateBytesCachedMax;
    this.#folding = new Folding({
      deployments: history.deployments,
      functions,
      journal: {
        sequence: (aggregate) => journal.sequence(aggregate),
        stream: async (aggregate, query) => this.#streamAtHand(aggregate, query) ?? journal.stream(aggregate, query),
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
    if (state !== null) this.#remember({ ...rest, state });
    return folded;
  }

  #streamAtHand(
    aggregate: string,
    { after, limit }: { after: number; limit: number },
  ): readonly StoredEvent[] | undefined {
    const events = this.#atHand.get(aggregate);
    const [first] = events ?? [];
    const last = events?.at(-1);
    if (first === undefined || last === undefined || after + 1 < first.sequence || after >= last.sequence)
      return undefined;
    const start = after + 1 - first.sequence;
    return events?.slice(start, start + limit);
  }

  #latest(key: SnapshotKey, atSequence: number): FoldedState | undefined {
    const known = this.#states.get(keyOf(key));
    return known !== undefined && known.sequence <= atSequence ? known : undefined;
  }

  #remember(folded: FoldedState): void {
    this.#forget(keyOf(folded));
    this.#states.set(keyOf(folded), folded);
    this.#bytes += entryBytes + folded.state.length;
    for (const key of this.#states.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#forget(key);
    }
  }

  #forget(key: string): void {
    const known = this.#states.get(key);
    if (known === undefined) return;
    this.#states.delete(key);
    this.#bytes -= entryBytes + known.state.length;
  }
}

function keyOf({ aggregate, aggregator_digest, schema }: SnapshotKey): string {
  return `${aggregate} ${aggregator_digest} ${schema}`;
}
