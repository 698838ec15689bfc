// One history from one seed: clients at work on a host that dies and comes back, until everything is put right and comes to rest.
import type { AggregateView } from "../../host/engine/views.ts";
import { reasonOf } from "../../host/errors.ts";
import { firstChanges, lastChanges, type Change } from "./changes.ts";
import { Clients } from "./clients.ts";
import type { DiskImage } from "./simulated-disk.ts";
import { Follower } from "./follower.ts";
import { requireIndexAgrees } from "./invariants/i04-index-agrees.ts";
import { requireFold } from "./invariants/i08-fold.ts";
import { retriedByNewVersion } from "./invariants/retried-by-new-version.ts";
import { requireInvariants } from "./invariants.ts";
import { LogRecord } from "./log-record.ts";
import { partitionCount } from "./simulated-cluster.ts";
import { endedByDisk, SimulatedHost, Surroundings } from "./simulated-host.ts";
import { toError, Violation } from "./violation.ts";
import { World, type Life } from "./world.ts";

const stepsMin = 60;
const stepsSpread = 180;
const stepsToRest = 20_000;
const crashAnyTime = 0.007;
/** Changes are rare, and made of several appends. */
const crashInChange = 0.03;
const stop = 0.003;
const outage = 0.006;
const jump = 0.01;
const clientActs = 0.15;
const timeGoes = 0.08;
/** Half of the jumps go back. */
const jumpMsMax = 60_000;

export type Outcome = {
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
  readonly #log = new LogRecord();
  #life: Life = { number: 0, alive: false };
  #host: SimulatedHost | undefined;
  #failure: Error | undefined;
  #stopping = false;
  readonly #away = new Set<string>();
  #steps = 0;
  #receiptsChecked = 0;
  #readsChecked = 0;

  constructor(world: World, image?: DiskImage) {
    this.#world = world;
    this.#surroundings = new Surroundings(world, image);
    this.#clients = new Clients(world);
  }

  async prepare(): Promise<DiskImage> {
    await this.#surroundings.keepComponents();
    this.#start();
    await this.#restUntil("a host that runs", () => this.#host !== undefined);
    await this.#makeChanges(firstChanges);
    await this.#stopHost();
    return this.#surroundings.disk.image;
  }

  async run(): Promise<Outcome> {
    const { random } = this.#world;
    await this.#surroundings.keepComponents();
    this.#start();
    const steps = stepsMin + random.below(stepsSpread);
    while (this.#steps < steps) await this.#step();
    await this.#rest();
    return {
      hash: this.#world.trace.hash,
      steps: this.#steps,
      lives: this.#life.number,
      events: this.#log.events.length,
    };
  }

  /** One step of a world in which anything may go wrong. */
  async #step(): Promise<void> {
    const world = this.#world;
    const { random } = world;
    this.#steps++;
    const choice = random.fraction();
    const crash = this.#clients.changing ? crashInChange : crashAnyTime;
    if (choice < crash) {
      world.trace.add("the host is killed");
      this.#life.alive = false;
    } else if (choice < crash + stop) this.#stopInOrder();
    else if (choice < crash + stop + outage) this.#outage();
    else if (choice < crash + stop + outage + jump) world.jump(random.below(2 * jumpMsMax) - jumpMsMax);
    else if (choice < crash + stop + outage + jump + clientActs && this.#host !== undefined)
      this.#clients.act(this.#host);
    else this.#goOn(random.chance(timeGoes));
    await this.#settle();
  }

  /** A function is not to be had for a while, or is so again. */
  #outage(): void {
    const name = this.#world.random.of(["accounts", "courier", "ledger-handler", "ledger-keeper"]);
    const isAway = !this.#away.delete(name);
    if (isAway) this.#away.add(name);
    this.#surroundings.functions.available(name, !isAway);
    this.#world.trace.add(`${name} is ${isAway ? "away" : "back"}`);
  }

  /** Lets something that is under way end, or time pass. */
  #goOn(preferTime: boolean): boolean {
    const world = this.#world;
    if (world.timerCount > 0 && (preferTime || world.stepCount === 0)) world.takeTimer();
    else if (world.stepCount > 0) world.takeStep();
    else return false;
    return true;
  }

  /** Waits for what follows from a step; a host that is dead then is found so, and started again. */
  async #settle(): Promise<void> {
    await this.#world.settled();
    this.#failure ??= this.#clients.failure ?? this.#follower.failure;
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#life.alive) return;
    this.#requireGoodDeath();
    this.#world.bury();
    this.#clients.hostDied();
    this.#surroundings.disk.crash();
    this.#check(false);
    this.#start();
    await this.#world.settled();
  }

  #requireGoodDeath(): void {
    const { fatal } = this.#life;
    if (fatal === undefined || endedByDisk(this.#life)) return;
    throw fatal instanceof Violation ? fatal : new Violation("alive", `the host ended by itself: ${reasonOf(fatal)}`);
  }

  #start(): void {
    const life: Life = { number: this.#life.number + 1, alive: true };
    this.#life = life;
    this.#host = undefined;
    this.#stopping = false;
    this.#world.trace.add(`life ${life.number} begins`);
    SimulatedHost.open({ world: this.#world, life, surroundings: this.#surroundings }).then(
      (host) => {
        if (!life.alive) return;
        this.#host = host;
        this.#follower.follow(life, host.engine.queries);
      },
      (error: unknown) => {
        if (life.alive) this.#failure ??= new Violation("alive", `the host did not start: ${reasonOf(error)}`);
      },
    );
  }

  #stopInOrder(): void {
    const host = this.#host;
    if (host === undefined || this.#stopping) return;
    this.#stopping = true;
    this.#world.trace.add("the host is stopped in order");
    host.close().then(
      () => {
        host.life.alive = false;
      },
      (error: unknown) => {
        if (host.life.alive) this.#failure ??= new Violation("alive", `the host did not stop: ${reasonOf(error)}`);
      },
    );
  }

  /** Everything is put right, comes to rest and is looked at; and again after the caches are gone. */
  async #rest(): Promise<void> {
    const world = this.#world;
    world.trace.add("nothing goes wrong any more");
    world.faults = false;
    for (const name of this.#away) this.#surroundings.functions.available(name, true);
    await this.#restUntil("a host that runs", () => this.#host !== undefined && !this.#stopping);
    this.#clients.resend(this.#requireHost());
    await this.#restUntil("an answer to each client", () => this.#clients.idle);
    await this.#quiet();
    this.#log.update(this.#surroundings.disk.groups);
    retriedByNewVersion(this.#log);
    await this.#makeChanges(lastChanges);
    await this.#quiet();
    this.#clients.resend(this.#requireHost());
    await this.#quiet();
    await this.#retryParked();
    await this.#lookAtEverything();
    if (world.random.chance(0.5)) return;
    await this.#stopHost();
    if (world.random.chance(0.6)) {
      this.#surroundings.disk.loseIndex();
      this.#surroundings.shelf.clear();
    }
    this.#start();
    await this.#restUntil("a host that runs", () => this.#host !== undefined);
    await this.#quiet();
    await this.#lookAtEverything();
  }

  /** Lets everything go on until a condition holds. */
  async #restUntil(what: string, condition: () => boolean): Promise<void> {
    await this.#settle();
    for (let steps = 0; !condition(); steps++)
      if (steps > stepsToRest || !(await this.#oneOn()))
        throw new Violation("rest", `${what} never comes, though nothing goes wrong any more`);
  }

  /** Lets everything go on until nothing is under way. */
  async #quiet(): Promise<void> {
    await this.#settle();
    for (let steps = 0; await this.#oneOn(); steps++)
      if (steps > stepsToRest) throw new Violation("rest", `there is no rest after ${stepsToRest} steps`);
  }

  async #oneOn(): Promise<boolean> {
    this.#steps++;
    const any = this.#goOn(false);
    await this.#settle();
    return any;
  }

  async #stopHost(): Promise<void> {
    await this.#during(this.#requireHost().close());
    this.#life.alive = false;
    this.#world.bury();
    this.#surroundings.disk.crash();
  }

  async #makeChanges(changes: readonly Change[]): Promise<void> {
    for (const { label, make } of changes) {
      this.#world.trace.add(label);
      await this.#during(make(this.#requireHost().engine.deployment));
    }
  }

  async #retryParked(): Promise<void> {
    const { engine, journal } = this.#requireHost();
    const parked = await this.#during(journal.commandsIn("parked", { after: "", limit: 1_000 }));
    if (parked.length === 0) return;
    for (const { command } of parked) await this.#during(engine.retry(command.id));
    await this.#quiet();
  }

  async #lookAtEverything(): Promise<void> {
    this.#check(true);
    const { engine, journal } = this.#requireHost();
    const { queries, deployments } = engine;
    await this.#during(requireIndexAgrees(journal, this.#log));
    for (const [type, points] of [
      ["Account", 3],
      ["Ledger", 0],
    ] as const) {
      if (deployments.latestSchema(type) === undefined) continue;
      for (const { aggregate } of await this.#during(queries.aggregates(type, { after: "", limit: 1_000 }))) {
        const view: AggregateView = await this.#during(queries.aggregate(aggregate));
        requireFold(this.#log, view, type === "Account" ? points : undefined);
      }
    }
  }

  /** Waits for something of the host while the world goes on. */
  async #during<Result>(call: Promise<Result>): Promise<Result> {
    const ended = { done: false };
    call
      .catch((error: unknown) => {
        this.#failure ??= toError(error);
      })
      .finally(() => {
        ended.done = true;
      });
    await this.#world.settled();
    await this.#restUntil("an answer of the host", () => ended.done);
    await this.#settle();
    return call;
  }

  #check(quiet: boolean): void {
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

  #requireHost(): SimulatedHost {
    if (this.#host === undefined) throw new Violation("alive", "there is no host");
    return this.#host;
  }
}
