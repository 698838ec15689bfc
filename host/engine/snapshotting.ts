// Writes snapshots behind: never in a command's way, dropped rather than waited for.
import type { Deployments } from "./deployments.ts";
import type { Snapshots } from "../ports/snapshots.ts";
import type { Folded, Mailbox } from "./mailbox.ts";
import type { EngineSettings } from "./settings.ts";

/** Snapshots that may wait to be written; past it new ones are left out, which costs nothing but speed. */
const waitingMax = 64;

export class Snapshotting {
  readonly #snapshots: Snapshots;
  readonly #deployments: Deployments;
  readonly #settings: EngineSettings;
  readonly #onFailure: (error: unknown) => void;
  readonly #writing = new Set<Promise<void>>();

  constructor(given: {
    snapshots: Snapshots;
    deployments: Deployments;
    settings: EngineSettings;
    onFailure: (error: unknown) => void;
  }) {
    this.#snapshots = given.snapshots;
    this.#deployments = given.deployments;
    this.#settings = given.settings;
    this.#onFailure = given.onFailure;
  }

  /** Hands a durable state on when enough events came since the last one. @param time - of its last event. */
  consider(mailbox: Mailbox, folded: Folded, time: number): void {
    if (folded.sequence - mailbox.snapshotSequence < this.#settings.snapshotEventCount) return;
    if (folded.state === null || this.#writing.size >= waitingMax) return;
    mailbox.snapshotSequence = folded.sequence;
    const { references: _, state, ...rest } = folded;
    const schema = this.#deployments.schema(mailbox.aggregateType, folded.schema);
    const snapshot = { ...rest, state, aggregate_type: mailbox.aggregateType, time };
    const written = this.#snapshots
      .put(snapshot, JSON.stringify(schema.root.schema))
      .catch(this.#onFailure)
      .finally(() => this.#writing.delete(written));
    this.#writing.add(written);
  }

  async close(): Promise<void> {
    await Promise.all(this.#writing);
  }
}
