// Where snapshots lie: writes that fail or are lost, reads that find nothing, or an older one.
import { EventoError } from "../../host/errors.ts";
import type { Snapshot, SnapshotKey, Snapshots } from "../../host/ports/snapshots.ts";
import type { Life, World } from "./world.ts";

const writeFails = 0.1;
const writeLost = 0.1;
const readMisses = 0.2;

/** What is kept; outlives the host. */
export class SnapshotShelf {
  readonly #snapshots: Snapshot[] = [];

  get count(): number {
    return this.#snapshots.length;
  }

  put(snapshot: Snapshot): void {
    this.#snapshots.push(snapshot);
  }

  matching(key: SnapshotKey, atSequence: number): readonly Snapshot[] {
    return this.#snapshots
      .filter(
        (snapshot) =>
          snapshot.aggregate === key.aggregate &&
          snapshot.aggregator_digest === key.aggregator_digest &&
          snapshot.schema === key.schema &&
          snapshot.sequence <= atSequence,
      )
      .toSorted((one, other) => other.sequence - one.sequence);
  }

  clear(): void {
    this.#snapshots.length = 0;
  }
}

/** The port as one life has it. */
export class SimulatedSnapshots implements Snapshots {
  readonly #world: World;
  readonly #life: Life;
  readonly #shelf: SnapshotShelf;

  constructor(given: { world: World; life: Life; shelf: SnapshotShelf }) {
    this.#world = given.world;
    this.#life = given.life;
    this.#shelf = given.shelf;
  }

  async put(snapshot: Snapshot): Promise<void> {
    await this.#world.outside(this.#life, `snapshot of ${snapshot.aggregate} at ${snapshot.sequence} written`);
    if (this.#world.fault(writeFails)) throw new EventoError("SNAPSHOTS_UNAVAILABLE", "simulated: away");
    if (!this.#world.fault(writeLost)) this.#shelf.put({ ...snapshot, state: Buffer.from(snapshot.state) });
  }

  async latest(key: SnapshotKey, atSequence: number): Promise<Snapshot | undefined> {
    await this.#world.outside(this.#life, `snapshot of ${key.aggregate} looked for`);
    if (this.#world.fault(readMisses)) return undefined;
    const found = this.#shelf.matching(key, atSequence);
    // An older one is as good, and slower.
    return this.#world.fault(readMisses) ? found.at(-1) : found[0];
  }

  async close(): Promise<void> {}
}
