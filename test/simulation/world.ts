// The world around the host: time, chance, and all that is under way outside. What a port does ends only when the world takes that
// step, in an order of the world's choosing; and between any two steps the host may die.
import type { Clock } from "../../host/ports/clock.ts";
import { Random } from "./random.ts";
import { Trace } from "./trace.ts";

/** One run of the host, from its start to its end. What belongs to a dead one never ends. */
export type Life = {
  readonly number: number;
  alive: boolean;
  /** Why it has to end, when the host said so. */
  fatal?: unknown;
};

type Step = { readonly life: Life; readonly label: string; readonly take: () => void };
type Timer = { readonly life: Life; readonly at: number; readonly order: number; readonly task: () => void };

const startTime = Date.UTC(2026, 0, 1);
/** Chance that the host dies in the moment that it calls a port. */
const deathAtCall = 0.0008;

export class World {
  readonly random: Random;
  readonly trace: Trace;
  /** Whether anything goes wrong. */
  faults = true;
  /** Whether something may wait for a round of the event loop, as a group commit does that gathers, and a long write behind. */
  roundNeeded = false;
  #elapsedMs = 0;
  #clockOffsetMs = 0;
  #steps: Step[] = [];
  #timers: Timer[] = [];
  #timerCount = 0;

  constructor({ seed, onLine }: { seed: number; onLine?: ((line: string) => void) | undefined }) {
    this.random = new Random(seed);
    this.trace = new Trace({ onLine });
  }

  /** The wall clock: it jumps. */
  get now(): number {
    return startTime + this.#elapsedMs + this.#clockOffsetMs;
  }

  get stepCount(): number {
    return this.#steps.length;
  }

  get timerCount(): number {
    return this.#timers.length;
  }

  /** Draws whether a fault happens. */
  fault(probability: number): boolean {
    return this.faults && this.random.chance(probability);
  }

  /** Something outside that a life waits for: settles when the world takes the step, and never for a dead life. */
  async outside(life: Life, label: string): Promise<void> {
    if (life.alive && this.fault(deathAtCall)) {
      this.trace.add(`dies calling ${label}`);
      life.alive = false;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    if (life.alive) this.#steps.push({ life, label, take: resolve });
    await promise;
  }

  /** The clock as one life has it. */
  clockOf(life: Life): Clock {
    return {
      now: () => this.now,
      schedule: (delayMs, task) => {
        const timer: Timer = { life, at: this.#elapsedMs + delayMs, order: ++this.#timerCount, task };
        if (life.alive) this.#timers.push(timer);
        return () => {
          const index = this.#timers.indexOf(timer);
          if (index >= 0) this.#timers.splice(index, 1);
        };
      },
    };
  }

  jump(ms: number): void {
    this.trace.add(`the clock jumps by ${ms} ms`);
    this.#clockOffsetMs += ms;
  }

  /** Takes one of the steps under way. */
  takeStep(): void {
    const index = this.random.below(this.#steps.length);
    const step = this.#steps[index];
    const last = this.#steps.pop();
    if (step === undefined || last === undefined) return;
    if (step !== last) this.#steps[index] = last;
    this.trace.add(step.label);
    step.take();
  }

  /** Moves time on to the next timer. */
  takeTimer(): void {
    let next: Timer | undefined;
    for (const timer of this.#timers)
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    if (next === undefined) return;
    this.#timers.splice(this.#timers.indexOf(next), 1);
    this.#elapsedMs = Math.max(this.#elapsedMs, next.at);
    this.trace.add(`time is ${this.#elapsedMs} ms`);
    next.task();
  }

  /** Waits until all that needs nothing from outside has happened. */
  async settled(): Promise<void> {
    // Ticks come once there are no more promises to go on with.
    await new Promise<void>((resolve) => process.nextTick(resolve));
    while (this.roundNeeded) {
      this.roundNeeded = false;
      for (let round = 0; round < 2; round++) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Drops all that the dead wait for. */
  bury(): void {
    this.#steps = this.#steps.filter(({ life }) => life.alive);
    this.#timers = this.#timers.filter(({ life }) => life.alive);
  }
}
