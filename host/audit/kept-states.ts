// What a host has kept of aggregates, by the component that folded it: in the index and in snapshots, each at a sequence. Found once
// and remembered within a bound, since an audit comes by an aggregate again with every page of events.
import type { InCharge } from "../engine/deployments.ts";
import { aggregateBytesCachedMax } from "../limits.ts";
import type { FoldedState, Journal } from "../ports/journal.ts";
import type { Snapshots } from "../ports/snapshots.ts";

export type KeptState = FoldedState & { readonly keptIn: "index" | "snapshots" };

/** What the states of an aggregate cost to remember beside their bytes, about. */
const entryBytes = 500;

export class KeptStates {
  readonly #journal: Journal;
  readonly #snapshots: Snapshots;
  readonly #bytesMax: number;
  /** In the order of use: the first is the longest unused. */
  readonly #known = new Map<string, readonly KeptState[]>();
  #bytes = 0;

  constructor(given: { journal: Journal; snapshots: Snapshots; bytesMax?: number | undefined }) {
    this.#journal = given.journal;
    this.#snapshots = given.snapshots;
    this.#bytesMax = given.bytesMax ?? aggregateBytesCachedMax;
  }

  /** States of an aggregate by a component from a sequence on, in their order. */
  async from(first: number, aggregate: string, { fn, schema }: InCharge): Promise<readonly KeptState[]> {
    const key = { aggregate, aggregator_digest: fn.digest, schema: schema.fingerprint };
    const name = `${aggregate} ${key.aggregator_digest} ${key.schema}`;
    const known = this.#known.get(name) ?? (await this.#find(key));
    this.#forget(name);
    // What lies before was compared already: the audit goes forward.
    const states = known.filter(({ sequence }) => sequence >= first);
    this.#known.set(name, states);
    this.#bytes += bytesOf(states);
    for (const oldest of this.#known.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#forget(oldest);
    }
    return states;
  }

  async #find(key: {
    readonly aggregate: string;
    readonly aggregator_digest: string;
    readonly schema: string;
  }): Promise<readonly KeptState[]> {
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

  #forget(name: string): void {
    const states = this.#known.get(name);
    if (states === undefined) return;
    this.#known.delete(name);
    this.#bytes -= bytesOf(states);
  }
}

function bytesOf(states: readonly KeptState[]): number {
  return states.reduce((sum, { state }) => sum + state.length, entryBytes);
}
