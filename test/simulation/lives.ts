// The lives of a host one after the other: started, killed or stopped, found dead and started again, while the world goes on.
import { reasonOf } from "../../host/errors.ts";
import { endedByDisk, SimulatedHost, type Surroundings } from "./simulated-host.ts";
import { toError, Violation } from "./violation.ts";
import type { Life, World } from "./world.ts";

/** Steps after which a world in which nothing goes wrong must have come to rest. */
const stepsToRest = 20_000;

export type LivesOptions = {
  readonly world: World;
  readonly surroundings: Surroundings;
  /** A host has started. */
  readonly onStart: (host: SimulatedHost) => void;
  /** After each step; throws what went wrong. */
  readonly onStep: () => void;
  /** A host has died, and the disk is as it left it. */
  readonly onDeath: () => void;
};

export class Lives {
  readonly #options: LivesOptions;
  #life: Life = { number: 0, alive: false };
  #host: SimulatedHost | undefined;
  #stopping = false;
  #failure: Error | undefined;
  stepCount = 0;

  constructor(options: LivesOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#life.number;
  }

  /** The host, when it has started. */
  get host(): SimulatedHost | undefined {
    return this.#host;
  }

  start(): void {
    const { world, surroundings, onStart } = this.#options;
    const life: Life = { number: this.#life.number + 1, alive: true };
    this.#life = life;
    this.#host = undefined;
    this.#stopping = false;
    world.trace.add(`life ${life.number} begins`);
    this.#watch(life, "start", async () => {
      const host = await SimulatedHost.open({ world, life, surroundings });
      if (!life.alive) return;
      this.#host = host;
      onStart(host);
    });
  }

  kill(): void {
    this.#options.world.trace.add("the host is killed");
    this.#life.alive = false;
  }

  /** Begins to stop the host as an operator does. */
  stopInOrder(): void {
    const host = this.#host;
    if (host === undefined || this.#stopping) return;
    this.#stopping = true;
    this.#options.world.trace.add("the host is stopped in order");
    this.#watch(host.life, "stop", async () => {
      await host.close();
      host.life.alive = false;
    });
  }

  /** Lets something that is under way end, or time pass. @returns false when nothing was under way. */
  goOn({ preferTime }: { preferTime: boolean }): boolean {
    const { world } = this.#options;
    if (world.timerCount > 0 && (preferTime || world.stepCount === 0)) world.takeTimer();
    else if (world.stepCount > 0) world.takeStep();
    else return false;
    return true;
  }

  /** Waits for what follows from a step; a host that is dead then is found so, and started again. */
  async settle(): Promise<void> {
    const { world, surroundings, onStep, onDeath } = this.#options;
    this.stepCount++;
    await world.settled();
    onStep();
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#life.alive) return;
    this.#requireGoodDeath();
    world.bury();
    surroundings.disk.crash();
    onDeath();
    this.start();
    await world.settled();
  }

  /** Waits for a host that runs and is to go on. */
  async running(): Promise<SimulatedHost> {
    await this.until("a host that runs", () => this.#host !== undefined && !this.#stopping);
    if (this.#host === undefined) throw new Violation("alive", "there is no host");
    return this.#host;
  }

  /** Lets everything go on until a condition holds. */
  async until(what: string, condition: () => boolean): Promise<void> {
    await this.settle();
    for (let steps = 0; !condition(); steps++)
      if (steps > stepsToRest || !(await this.#oneOn()))
        throw new Violation("rest", `${what} never comes, though nothing goes wrong any more`);
  }

  /** Lets everything go on until nothing is under way. */
  async quiet(): Promise<void> {
    await this.settle();
    for (let steps = 0; await this.#oneOn(); steps++)
      if (steps > stepsToRest) throw new Violation("rest", `there is no rest after ${stepsToRest} steps`);
  }

  /** Waits for something of the host while the world goes on. */
  async during<Result>(call: Promise<Result>): Promise<Result> {
    const ended = { done: false };
    call
      .catch((error: unknown) => {
        this.#failure ??= toError(error);
      })
      .finally(() => {
        ended.done = true;
      });
    await this.until("an answer of the host", () => ended.done);
    return call;
  }

  /** Stops the host and leaves it so. */
  async end(): Promise<void> {
    const { world, surroundings } = this.#options;
    const { host } = this;
    if (host === undefined) return;
    await this.during(host.close());
    this.#life.alive = false;
    world.bury();
    surroundings.disk.crash();
  }

  async #oneOn(): Promise<boolean> {
    const any = this.goOn({ preferTime: false });
    await this.settle();
    return any;
  }

  #watch(life: Life, what: string, call: () => Promise<void>): void {
    call().catch((error: unknown) => {
      if (life.alive) this.#failure ??= new Violation("alive", `the host did not ${what}: ${reasonOf(error)}`);
    });
  }

  #requireGoodDeath(): void {
    const { fatal } = this.#life;
    if (fatal === undefined || endedByDisk(this.#life)) return;
    throw fatal instanceof Violation ? fatal : new Violation("alive", `the host ended by itself: ${reasonOf(fatal)}`);
  }
}
