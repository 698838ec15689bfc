// Looks at what there is, and holds it against all that must hold.
import type { Clients } from "./clients.ts";
import type { Follower } from "./follower.ts";
import { requireInvariants } from "./invariants.ts";
import { requireIndexAgrees } from "./invariants/i04-index-agrees.ts";
import { requireFold } from "./invariants/i08-fold.ts";
import { retriedByNewVersion } from "./invariants/retried-by-new-version.ts";
import type { Lives } from "./lives.ts";
import { LogRecord } from "./log-record.ts";
import { partitionCount } from "./simulated-cluster.ts";
import type { SimulatedHost, Surroundings } from "./simulated-host.ts";

/** What the last version of accounts gives for an event. */
const lastPoints = 3;

export class Inspection {
  readonly #surroundings: Surroundings;
  readonly #clients: Clients;
  readonly #follower: Follower;
  readonly #log = new LogRecord();
  #receiptsChecked = 0;
  #readsChecked = 0;

  constructor(given: { surroundings: Surroundings; clients: Clients; follower: Follower }) {
    this.#surroundings = given.surroundings;
    this.#clients = given.clients;
    this.#follower = given.follower;
  }

  get eventCount(): number {
    return this.#log.events.length;
  }

  /** Looks at the disk and the topic, and at what people were told. @throws Violation */
  check({ quiet }: { quiet: boolean }): void {
    const { disk, cluster, settings } = this.#surroundings;
    const { receipts, reads, refused } = this.#clients;
    this.#log.update(disk.groups);
    requireInvariants({
      log: this.#log,
      receipts: receipts.slice(this.#receiptsChecked),
      reads: reads.slice(this.#readsChecked),
      followed: this.#follower.ids,
      refused,
      depthMax: settings.depthMax,
      topic: Array.from({ length: partitionCount }, (_, partition) => cluster.committed(partition)),
      quiet,
    });
    this.#receiptsChecked = receipts.length;
    this.#readsChecked = reads.length;
  }

  /** Nothing that a new version was to retry is left. @throws Violation */
  checkRetries(): void {
    this.#log.update(this.#surroundings.disk.groups);
    retriedByNewVersion(this.#log);
  }

  /** Asks the host for all states. @throws Violation */
  async checkStates(host: SimulatedHost, lives: Lives): Promise<void> {
    const { queries } = host.engine;
    for (const type of ["Account", "Ledger"])
      for (const { aggregate } of await lives.during(queries.aggregates(type, { after: "", limit: 1_000 }))) {
        const view = await lives.during(queries.aggregate(aggregate));
        requireFold(this.#log, view, type === "Account" ? lastPoints : undefined);
      }
  }

  /** Asks the journal for everything. @throws Violation */
  async checkIndex(host: SimulatedHost, lives: Lives): Promise<void> {
    await lives.during(requireIndexAgrees(host.journal, this.#log));
  }
}
