// What a host has kept of aggregates, by the component that folded it: in the index and in snapshots, each at a sequence. Found once
// and remembered within a bound, since an audit comes by an aggregate again with every page of events.
import type { InCharge } from "../engine/deployments.ts";
import type { FoldedState, Journal } from "../ports/journal.ts";
import type { SnapshotKey, Snapshots } from "../ports/snapshots.ts";
import { RecentStates } from "./recent-states.ts";

export type KeptState = FoldedState & { readonly keptIn: "index" | "snapshots" };

export class KeptStates {
  readonly #journal: Journal;
  readonly #snapshots: Snapshots;
  readonly #known: RecentStates<readonly KeptState[]>;

  constructor(given: { journal: Journal; snapshots: Snapshots; bytesMax: number }) {
    this.#journal = given.journal;
    this.#snapshots = given.snapshots;
    this.#known = new RecentStates(given);
  }

  /** States of an aggregate by a component from a sequence on, in their order. */
  async from(first: number, aggregate: string, { fn, schema }: InCharge): Promise<readonly KeptState[]> {
    const key = { aggregate, aggregator_digest: fn.digest, schema: schema.fingerprint };
    const known = this.#known.get(key) ?? (await this.#find(key));
    // What lies before was compared already: the audit goes forward.
    const states = known.filter(({ sequence }) => sequence >= first);
    const bytes = states.reduce((sum, { state }) => sum + state.length, 0);
    this.#known.put(key, states, bytes);
    return states;
  }

  async #find(key: SnapshotKey): Promise<readonly KeptState[]> {
    const states: KeptState[] = [];
    const indexed = await this.#journal.state(key.aggregate);
    if (indexed?.aggregator_digest === key.aggregator_digest && indexed.schema === key.schema)
      states.push({ ...indexed, keptIn: "index" });
    let snapshot = await this.#snapshots.latest(key, Number.MAX_SAFE_INTEGER);
    while (snapshot !== undefined) {
      states.push({ ...snapshot, keptIn: "snapshots" });
      snapshot = await this.#snapshots.latest(key, snapshot.sequence - 1);
    }
    return states.toSorted((one, other) => one.sequence - other.sequence);
  }
}
