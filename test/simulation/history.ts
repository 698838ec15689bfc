// One history from one seed: clients at work on a host that dies and comes back, until everything is put right and comes to rest.
import { firstChanges, lastChanges, type Change } from "./changes.ts";
import { Clients } from "./clients.ts";
import { Follower } from "./follower.ts";
import { Inspection } from "./inspection.ts";
import { Lives } from "./lives.ts";
import type { DiskImage } from "./simulated-disk.ts";
import { Surroundings } from "./simulated-host.ts";
import { World } from "./world.ts";

const stepsMin = 60;
const stepsSpread = 180;
/** Chances of what a step is. */
const crash = 0.007;
/** Changes of what is deployed are rare, and made of several appends. */
const crashInChange = 0.05;
const stop = 0.003;
const outage = 0.006;
const jump = 0.01;
const clientActs = 0.15;
const timeGoes = 0.08;
/** Half of the jumps go back. */
const jumpMsMax = 60_000;
/** To ask the index for everything takes as long as all the rest. */
const indexAsked = 0.4;
const startedAgain = 0.5;
const cachesLost = 0.6;

export type Outcome = {
  /** Equal for histories in which the same has happened. */
  readonly hash: string;
  readonly steps: number;
  readonly lives: number;
  readonly events: number;
};

export type HistoryOptions = { readonly seed: number; readonly onLine?: ((line: string) => void) | undefined };

let firstImage: Promise<DiskImage> | undefined;

/** Runs the history of a seed. @throws Violation, or whatever else should not have happened */
export async function runHistory(options: HistoryOptions): Promise<Outcome> {
  firstImage ??= makeFirstImage();
  const history = new History(new World(options), await firstImage);
  return history.run();
}

/** A disk on which everything is deployed, as all histories begin. */
async function makeFirstImage(): Promise<DiskImage> {
  const world = new World({ seed: 0 });
  world.faults = false;
  const history = new History(world);
  return history.prepare();
}

class History {
  readonly #world: World;
  readonly #surroundings: Surroundings;
  readonly #clients: Clients;
  readonly #follower = new Follower();
  readonly #inspection: Inspection;
  readonly #lives: Lives;
  /** Functions that are not to be had. */
  readonly #away = new Set<string>();

  constructor(world: World, image?: DiskImage) {
    const surroundings = new Surroundings(world, image);
    const clients = new Clients(world);
    const follower = this.#follower;
    this.#world = world;
    this.#surroundings = surroundings;
    this.#clients = clients;
    this.#inspection = new Inspection({ surroundings, clients, follower });
    this.#lives = new Lives({
      world,
      surroundings,
      onStart: (host) => follower.follow(host.life, host.engine.queries),
      onStep() {
        const failure = clients.failure ?? follower.failure;
        if (failure !== undefined) throw failure;
      },
      onDeath: () => {
        clients.hostDied();
        this.#inspection.check({ quiet: false });
      },
    });
  }

  async prepare(): Promise<DiskImage> {
    await this.#surroundings.keepComponents();
    this.#lives.start();
    await this.#makeChanges(firstChanges);
    await this.#lives.end();
    return this.#surroundings.disk.image;
  }

  async run(): Promise<Outcome> {
    const lives = this.#lives;
    await this.#surroundings.keepComponents();
    lives.start();
    const steps = stepsMin + this.#world.random.below(stepsSpread);
    while (lives.stepCount < steps) {
      this.#step();
      await lives.settle();
    }
    await this.#putRight();
    await this.#look();
    if (this.#world.random.chance(startedAgain)) await this.#lookAgain();
    const { hash } = this.#world.trace;
    return { hash, steps: lives.stepCount, lives: lives.count, events: this.#inspection.eventCount };
  }

  /** One step of a world in which anything may go wrong. */
  #step(): void {
    const { random } = this.#world;
    const lives = this.#lives;
    let choice = random.fraction();
    /** Whether it is what has a chance, after those asked for before. */
    const isIt = (chance: number): boolean => {
      choice -= chance;
      return choice < 0;
    };
    if (isIt(this.#clients.changing ? crashInChange : crash)) lives.kill();
    else if (isIt(stop)) lives.stopInOrder();
    else if (isIt(outage)) this.#beginOrEndOutage();
    else if (isIt(jump)) this.#world.jump(random.below(2 * jumpMsMax) - jumpMsMax);
    else if (isIt(clientActs) && lives.host !== undefined) this.#clients.act(lives.host);
    else lives.goOn({ preferTime: random.chance(timeGoes) });
  }

  /** A function is not to be had for a while, or is so again. */
  #beginOrEndOutage(): void {
    const name = this.#world.random.of(["accounts", "courier", "ledger-handler", "ledger-keeper"]);
    const isBack = this.#away.delete(name);
    if (!isBack) this.#away.add(name);
    this.#surroundings.functions.available(name, isBack);
    this.#world.trace.add(`${name} is ${isBack ? "back" : "away"}`);
  }

  /** Nothing goes wrong any more, everybody gets an answer, and the newest versions do what others could not. */
  async #putRight(): Promise<void> {
    const world = this.#world;
    const lives = this.#lives;
    world.trace.add("nothing goes wrong any more");
    world.faults = false;
    for (const name of this.#away) this.#surroundings.functions.available(name, true);
    this.#clients.resend(await lives.running());
    await lives.until("an answer to each client", () => this.#clients.idle);
    await lives.quiet();
    this.#inspection.checkRetries();
    await this.#makeChanges(lastChanges);
    await lives.quiet();
    this.#clients.resend(await lives.running());
    await lives.quiet();
    await this.#retryParked();
    await lives.quiet();
  }

  async #look(): Promise<void> {
    const host = await this.#lives.running();
    this.#inspection.check({ quiet: true });
    await this.#inspection.checkStates(host, this.#lives);
    if (this.#world.random.chance(indexAsked)) await this.#inspection.checkIndex(host, this.#lives);
  }

  /** Looks once more after a start, without caches perhaps: nothing may be different. */
  async #lookAgain(): Promise<void> {
    const lives = this.#lives;
    await lives.end();
    if (this.#world.random.chance(cachesLost)) {
      this.#surroundings.disk.loseIndex();
      this.#surroundings.shelf.clear();
    }
    lives.start();
    await lives.running();
    await lives.quiet();
    await this.#look();
  }

  async #makeChanges(changes: readonly Change[]): Promise<void> {
    for (const { label, make } of changes) {
      const { engine } = await this.#lives.running();
      this.#world.trace.add(label);
      await this.#lives.during(make(engine.deployment));
    }
  }

  async #retryParked(): Promise<void> {
    const { engine, journal } = await this.#lives.running();
    const parked = await this.#lives.during(journal.commandsIn("parked", { after: "", limit: 1_000 }));
    for (const { command } of parked) await this.#lives.during(engine.retry(command.id));
  }
}
