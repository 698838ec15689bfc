// Is what is kept of an aggregate the fold of its events? States lie in the index and in snapshots, each at a sequence.
import type { InCharge } from "../engine/deployments.ts";
import { EventoError } from "../errors.ts";
import type { ComponentCheck } from "./component-check.ts";
import type { DeploymentHistory } from "./deployment-history.ts";
import type { KeptState, KeptStates } from "./kept-states.ts";
import type { Refolding } from "./refolding.ts";

export class StateCheck {
  /** States that were compared. */
  count = 0;
  readonly #kept: KeptStates;
  readonly #history: DeploymentHistory;
  readonly #components: ComponentCheck;
  readonly #refolding: Refolding;
  readonly #onFault: (fault: unknown) => void;

  constructor(given: {
    kept: KeptStates;
    history: DeploymentHistory;
    components: ComponentCheck;
    refolding: Refolding;
    onFault: (fault: unknown) => void;
  }) {
    this.#kept = given.kept;
    this.#history = given.history;
    this.#components = given.components;
    this.#refolding = given.refolding;
    this.#onFault = given.onFault;
  }

  /** Compares the states of an aggregate that are kept at a sequence from `first` to `last`. */
  async check(
    aggregate: string,
    aggregateType: string,
    { first, last }: { first: number; last: number },
  ): Promise<void> {
    for (const aggregator of this.#history.aggregatorsOf(aggregateType)) {
      const kept = await this.#kept.from(first, aggregate, aggregator);
      if (kept.length === 0 || !(await this.#components.isThere(aggregator.fn))) continue;
      try {
        for (const state of kept) if (state.sequence <= last) await this.#compare(state, aggregator);
        // Folded now, while the events are at hand, as far as a later state needs them.
        if ((kept.at(-1)?.sequence ?? 0) > last) await this.#refolding.at(aggregate, aggregator, last);
      } catch (error) {
        if (!(error instanceof EventoError)) throw error;
        this.#onFault(error);
      }
    }
  }

  async #compare({ aggregate, sequence, state, keptIn }: KeptState, aggregator: InCharge): Promise<void> {
    this.count++;
    const folded = await this.#refolding.at(aggregate, aggregator, sequence);
    if (folded.state !== null && Buffer.compare(folded.state, state) === 0) return;
    const { name, digest } = aggregator.fn;
    this.#onFault(
      new EventoError(
        "STATE_DIFFERS",
        `found another state of ${aggregate} at ${sequence} in the ${keptIn} than the fold of its events by ${name} (${digest.slice(0, 12)})`,
        {
          hint: "states are no more than kept work: `evento reindex` drops those of the index, and the folder snapshots may be removed; if it comes back, the function does not answer the same to the same",
        },
      ),
    );
  }
}
