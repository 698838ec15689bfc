// The data directory: a log, an index beside it that may be behind, older or gone, and the head file. Opened as
// `journal/level/level-journal.ts` opens a real one.
import { Fatality } from "../../host/journal/fatality.ts";
import type { Anchor } from "../../host/journal/level/head-file.ts";
import { catchUp } from "../../host/journal/level/index-build.ts";
import { indexFormat, readCheckpoint } from "../../host/journal/level/index-database.ts";
import { LevelLog } from "../../host/journal/level/level-log.ts";
import { LevelRows } from "../../host/journal/level/level-rows.ts";
import { emptyHead } from "../../host/journal/level/log-walk.ts";
import { LogJournal } from "../../host/journal/log-journal.ts";
import { Medium, openSimulatedDatabase } from "./simulated-database.ts";
import type { Life, World } from "./world.ts";

/** The head file is written with every group, and on disk some time later. */
const headSynced = 0.2;
const indexLost = 0.1;
const indexOlder = 0.1;

export type DiskImage = {
  readonly log: ReadonlyMap<string, Uint8Array>;
  readonly index: ReadonlyMap<string, Uint8Array>;
  readonly anchor: Anchor;
};

export class SimulatedDisk {
  readonly #world: World;
  readonly #log: Medium;
  readonly #index: Medium;
  #olderIndex: ReadonlyMap<string, Uint8Array>;
  #anchor: Anchor;

  constructor(world: World, image?: DiskImage) {
    this.#world = world;
    this.#log = new Medium(image?.log);
    this.#index = new Medium(image?.index);
    this.#olderIndex = new Map(image?.index);
    this.#anchor = image?.anchor ?? emptyHead;
  }

  /** What is there when nothing is under way. */
  get image(): DiskImage {
    return { log: new Map(this.#log.rows), index: new Map(this.#index.rows), anchor: this.#anchor };
  }

  /** Bytes of the groups that are durable, in their order. */
  get groups(): readonly Uint8Array[] {
    return [...this.#log.rows].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, value]) => value);
  }

  async open(life: Life, onFatal: (error: Error) => void): Promise<LogJournal> {
    const world = this.#world;
    const logDb = openSimulatedDatabase({ world, life, medium: this.#log, name: "log" });
    const indexDb = openSimulatedDatabase({ world, life, medium: this.#index, name: "index" });
    const fatality = new Fatality();
    const clock = world.clockOf(life);
    const rows = new LevelRows({
      db: indexDb,
      fatality,
      checkpoint: await readCheckpoint(indexDb),
      later: (ms, task) => clock.schedule(ms, task),
    });
    const room = async (): Promise<void> => {
      await world.outside(life, "log: gathered");
      await rows.room();
      world.roundNeeded = true;
    };
    const log = new LevelLog({ db: logDb, fatality, room, patienceMs: 0 });
    const head = await catchUp(rows, { log, anchors: [this.#anchor] });
    this.#anchor = head;
    const journal = new LogJournal({
      log,
      rows,
      fatality,
      head,
      onCommitted: (committed) => {
        rows.reflect({ ...committed, format: indexFormat });
        if (life.alive && world.random.chance(headSynced)) this.#anchor = committed;
      },
      onClosed: () => rows.close(),
    });
    fatality.onRaise(onFatal);
    return journal;
  }

  /** The power goes, or the process dies. */
  crash(): void {
    const { random } = this.#world;
    const kept = (count: number): number => random.below(count + 1);
    this.#log.crash(kept);
    this.#index.crash(kept);
    if (this.#world.fault(indexLost)) this.loseIndex();
    else if (this.#world.fault(indexOlder)) {
      this.#world.trace.add("an older index is put in place");
      this.#index.replace(this.#olderIndex);
    } else if (random.chance(0.5)) this.#olderIndex = new Map(this.#index.rows);
  }

  /** The index is gone, and is made anew from the log. */
  loseIndex(): void {
    this.#world.trace.add("the index is lost");
    this.#index.replace(new Map());
  }
}
