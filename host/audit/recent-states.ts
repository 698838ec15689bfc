// What an audit remembers by aggregate, component and schema, within a bound on bytes: what was put longest ago goes first.
import type { SnapshotKey } from "../ports/snapshots.ts";

/** What an entry costs beside the bytes of its states, about. */
const entryBytes = 500;

type Entry<Value> = { readonly value: Value; readonly bytes: number };

export class RecentStates<Value> {
  readonly #bytesMax: number;
  /** In the order in which they were put. */
  readonly #entries = new Map<string, Entry<Value>>();
  #bytes = 0;

  constructor({ bytesMax }: { bytesMax: number }) {
    this.#bytesMax = bytesMax;
  }

  get(key: SnapshotKey): Value | undefined {
    return this.#entries.get(nameOf(key))?.value;
  }

  /** Puts a value in the place of what was there. @param stateBytes - of the states in it */
  put(key: SnapshotKey, value: Value, stateBytes: number): void {
    const name = nameOf(key);
    this.#forget(name);
    const bytes = entryBytes + stateBytes;
    this.#entries.set(name, { value, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#bytesMax) return;
      this.#forget(oldest);
    }
  }

  #forget(name: string): void {
    this.#bytes -= this.#entries.get(name)?.bytes ?? 0;
    this.#entries.delete(name);
  }
}

function nameOf({ aggregate, aggregator_digest, schema }: SnapshotKey): string {
  return `${aggregate} ${aggregator_digest} ${schema}`;
}
