// The host over simulated ports, from one start to the next: the real engine, the real journal, the real publisher.
import { Engine } from "../../host/engine/engine.ts";
import type { EngineSettings } from "../../host/engine/settings.ts";
import { EventoError } from "../../host/errors.ts";
import { MemoryFunctions, plainComponent } from "../../host/functions/memory-functions.ts";
import type { Journal } from "../../host/ports/journal.ts";
import { publicationOf } from "../../host/publisher/cloud-event.ts";
import { LogPublisher } from "../../host/publisher/log-publisher.ts";
import { accounts, courier, ledgerHandler, ledgerKeeper } from "./bank.ts";
import { SimulatedCluster } from "./simulated-cluster.ts";
import { SimulatedDisk, type DiskImage } from "./simulated-disk.ts";
import { SimulatedFunctions } from "./simulated-functions.ts";
import { SimulatedSnapshots, SnapshotShelf } from "./simulated-snapshots.ts";
import { SimulatedTopic } from "./simulated-topic.ts";
import { Violation } from "./violation.ts";
import type { Life, World } from "./world.ts";

const source = "urn:uuid:simulated";

/** Few tries and few events, so that a short history reaches what comes after them. */
const settings = { triesMax: 2, snapshotEventCount: 3 };
/** Beyond the chain that money makes, and short of it. */
const depths = [10, 5];

/** Everything that outlives the host. */
export class Surroundings {
  readonly disk: SimulatedDisk;
  readonly cluster: SimulatedCluster;
  readonly shelf = new SnapshotShelf();
  readonly settings: Partial<EngineSettings> & { readonly depthMax: number };
  readonly functions: MemoryFunctions;

  constructor(world: World, image?: DiskImage) {
    this.disk = new SimulatedDisk(world, image);
    this.cluster = new SimulatedCluster(world);
    this.settings = { ...settings, depthMax: world.random.of(depths) };
    this.functions = new MemoryFunctions({
      "accounts-1": accounts(1),
      "accounts-2": accounts(2),
      "accounts-3": accounts(3),
      "courier-1": courier(1),
      "courier-2": courier(2),
      "ledger-handler": ledgerHandler,
      "ledger-keeper": ledgerKeeper,
    });
  }

  /** Has every component checked, as those of an earlier life were. */
  async keepComponents(): Promise<void> {
    const names = ["accounts-1", "accounts-2", "accounts-3", "courier-1", "courier-2", "ledger-handler"];
    for (const name of [...names, "ledger-keeper"]) await this.functions.check(plainComponent(name));
  }
}

export class SimulatedHost {
  readonly life: Life;
  readonly journal: Journal;
  readonly engine: Engine;
  readonly #publisher: LogPublisher;

  private constructor(given: { life: Life; journal: Journal; engine: Engine; publisher: LogPublisher }) {
    this.life = given.life;
    this.journal = given.journal;
    this.engine = given.engine;
    this.#publisher = given.publisher;
  }

  /** Starts a life. */
  static async open({
    world,
    life,
    surroundings,
  }: {
    world: World;
    life: Life;
    surroundings: Surroundings;
  }): Promise<SimulatedHost> {
    const { disk, cluster, shelf, functions, settings } = surroundings;
    const onFatal = (error: unknown): void => {
      if (!life.alive) return;
      world.trace.add(`the host ends: ${error instanceof Error ? error.message : String(error)}`);
      life.fatal = error;
      life.alive = false;
    };
    const clock = world.clockOf(life);
    const journal = await disk.open(life, onFatal);
    let ids = 0;
    const chance = { id: () => `made-${life.number}-${++ids}`, fraction: () => world.random.fraction() };
    const ports = {
      journal,
      clock,
      chance,
      functions: new SimulatedFunctions({ world, life, memory: functions }),
      snapshots: new SimulatedSnapshots({ world, life, shelf }),
    };
    const engine = await Engine.open(ports, { settings, onFatal, onTrouble: () => {} });
    const publisher = new LogPublisher({
      journal,
      topic: new SimulatedTopic({ world, life, cluster, source }),
      publicationOf: async (event) => publicationOf(event, { source, schema: { id: 1, uri: "" } }),
      clock,
      onNotice: ({ code, message }) => {
        if (code === "TOPIC_AHEAD" || code === "TOPIC_DIVERGED") onFatal(new Violation("I9", message));
        else if (code === "PUBLISHER_FAILED") onFatal(new Violation("I11", message));
      },
    });
    publisher.start();
    return new SimulatedHost({ life, journal, engine, publisher });
  }

  /** True when all that is in the log is out. */
  get published(): boolean {
    return this.#publisher.status().lag === 0;
  }

  async close(): Promise<void> {
    await this.engine.close();
    await this.#publisher.close();
    await this.journal.close();
  }
}

/** Whether a life ended as it has to when the disk fails. */
export function endedByDisk({ fatal }: Life): boolean {
  return fatal instanceof EventoError && (fatal.code === "JOURNAL_WRITE_FAILED" || fatal.code === "JOURNAL_FAILED");
}
