// Lets others go first. A turn that makes events by the hundred keeps the host's one thread for as long as hundreds of usual ones:
// checking, encoding and answering them can't be interrupted. So the aggregate type whose turns do that has them one at a time
// while other types have work, and rests after each.
import { heavyTurnEvents, turnRestMsPerEvent } from "../limits.ts";
import type { Timers } from "./timers.ts";

type Held = {
  readonly waiting: (() => void)[];
  restMs: number;
  /** What makes an earlier planned release void. */
  plan: number;
};

export class TurnPace {
  readonly #timers: Pick<Timers, "after">;
  /** Types that have one turn at a time now. */
  readonly #held = new Map<string, Held>();
  #turns = 0;
  readonly #turnsOf = new Map<string, number>();
  /** Turns of others at the end of a type's last heavy one. */
  readonly #othersAt = new Map<string, number>();

  constructor({ timers }: { timers: Pick<Timers, "after"> }) {
    this.#timers = timers;
  }

  /** Whether a turn of a type has to wait; then it is called back when it may start. */
  holds(type: string, start: () => void): boolean {
    const held = this.#held.get(type);
    held?.waiting.push(start);
    return held !== undefined;
  }

  /** A turn has ended that made so many events. */
  ended(type: string, events: number): void {
    this.#turns++;
    this.#turnsOf.set(type, (this.#turnsOf.get(type) ?? 0) + 1);
    const held = this.#held.get(type);
    if (events < heavyTurnEvents) {
      if (held !== undefined) this.#release(type, held);
      return;
    }
    if (!this.#othersWork(type)) {
      if (held !== undefined) this.#letAllGo(type, held);
      return;
    }
    const resting = held ?? { waiting: [], restMs: 0, plan: 0 };
    resting.restMs = Math.ceil(events * turnRestMsPerEvent);
    this.#held.set(type, resting);
    this.#plan(type, resting);
  }

  /** Whether another type has had a turn since this was asked last. */
  #othersWork(type: string): boolean {
    const others = this.#turns - (this.#turnsOf.get(type) ?? 0);
    const before = this.#othersAt.get(type) ?? 0;
    this.#othersAt.set(type, others);
    return others > before;
  }

  #plan(type: string, held: Held): void {
    const plan = ++held.plan;
    this.#timers.after(held.restMs, () => {
      if (held.plan === plan) this.#release(type, held);
    });
  }

  /** Starts the turn that has waited longest. The next follows when it has ended, or after a rest if that is never told. */
  #release(type: string, held: Held): void {
    const next = held.waiting.shift();
    if (next === undefined) {
      this.#held.delete(type);
      held.plan++;
      return;
    }
    this.#plan(type, held);
    next();
  }

  #letAllGo(type: string, held: Held): void {
    this.#held.delete(type);
    held.plan++;
    for (const start of held.waiting) start();
  }
}
