// An engine over a disk in memory, plain functions and a clock that stands still; it can crash and come back.
import { Engine } from "../../host/engine/engine.ts";
import type { CommandPost } from "../../host/engine/intake.ts";
import type { EngineSettings } from "../../host/engine/settings.ts";
import type { CommandView } from "../../host/engine/views.ts";
import { MemoryFunctions, plainComponent, type PlainFunction } from "../../host/functions/memory-functions.ts";
import { MemoryDisk } from "../../host/journal/memory/memory-disk.ts";
import { openMemoryJournal } from "../../host/journal/memory/memory-journal.ts";
import type { DiskRoom } from "../../host/ports/disk.ts";
import type { Journal } from "../../host/ports/journal.ts";
import type { Snapshots } from "../../host/ports/snapshots.ts";
import { boxes } from "./boxes.ts";
import { ManualClock, settled } from "./manual-clock.ts";

const noSnapshots: Snapshots = {
  async put() {},
  async latest() {
    return undefined;
  },
  async close() {},
};

export type Start = {
  readonly settings?: Partial<EngineSettings>;
  readonly snapshots?: Snapshots;
  readonly room?: DiskRoom;
  /** Functions to deploy at the start, by name; boxes by default. */
  readonly functions?: { readonly [name: string]: PlainFunction };
};

export class EngineUnderTest {
  readonly clock: ManualClock;
  readonly functions: MemoryFunctions;
  readonly fatal: unknown[];
  engine: Engine;
  journal: Journal;
  #disk: MemoryDisk;
  readonly #open: (journal: Journal) => Promise<Engine>;
  #versions = 0;

  private constructor(
    given: Pick<EngineUnderTest, "clock" | "functions" | "fatal" | "engine" | "journal"> & {
      disk: MemoryDisk;
      open: (journal: Journal) => Promise<Engine>;
    },
  ) {
    this.clock = given.clock;
    this.functions = given.functions;
    this.fatal = given.fatal;
    this.engine = given.engine;
    this.journal = given.journal;
    this.#disk = given.disk;
    this.#open = given.open;
  }

  static async start({
    settings = {},
    snapshots = noSnapshots,
    room,
    functions: deployed = { boxes: boxes() },
  }: Start = {}): Promise<EngineUnderTest> {
    const clock = new ManualClock();
    const functions = new MemoryFunctions();
    const fatal: unknown[] = [];
    let ids = 0;
    const chance = { id: () => `id-${++ids}`, fraction: () => 0.5 };
    const open = (journal: Journal): Promise<Engine> =>
      Engine.open(
        { journal, functions, snapshots, clock, chance, ...(room === undefined ? {} : { disk: room }) },
        { settings, onFatal: (error) => fatal.push(error), onTrouble: () => {} },
      );
    const disk = new MemoryDisk();
    const journal = await openMemoryJournal({ disk });
    const under = new EngineUnderTest({ clock, functions, fatal, journal, disk, open, engine: await open(journal) });
    for (const [name, plain] of Object.entries(deployed)) await under.deploy(name, plain);
    return under;
  }

  /** Deploys a function as a new version. */
  async deploy(name: string, plain: PlainFunction): Promise<number> {
    const component = `${name}-${++this.#versions}`;
    this.functions.register(component, plain);
    const { function: deployed } = await this.engine.deployment.component(name, plainComponent(component));
    await settled();
    return deployed.version;
  }

  /** Posts a command and waits for its end, moving the clock on when it has to be tried again. */
  async post(post: Omit<CommandPost, "payload"> & { readonly payload?: unknown }): Promise<CommandView> {
    const posted = await this.engine.post({ payload: {}, ...post });
    const outcome = posted.outcome();
    await this.clock.advance(60_000);
    return outcome;
  }

  async add(box: string, n: number): Promise<CommandView> {
    return this.post({ entity: box, command_type: "Add", payload: { n } });
  }

  async state(entity: string): Promise<unknown> {
    return (await this.engine.queries.aggregate(entity)).state;
  }

  /** Types of all events of an aggregate type in the order of the log. */
  async eventTypes(aggregateType = "Box"): Promise<readonly string[]> {
    const { events } = await this.engine.queries.events({
      after: 0,
      limit: 1_000,
      filter: { aggregate_type: aggregateType },
    });
    return events.map(({ event_type }) => event_type);
  }

  /** Loses everything that is not on the disk, and starts again from it. */
  async crash(): Promise<void> {
    this.clock.stop();
    this.#disk = this.#disk.crash({ unsynced: "lost" });
    this.journal = await openMemoryJournal({ disk: this.#disk });
    this.engine = await this.#open(this.journal);
    await settled();
  }
}
