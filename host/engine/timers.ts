// Things to do later, all of which end with the engine.
import type { Clock } from "../ports/clock.ts";
import type { LogClock } from "./log-clock.ts";

/** Longest single wait: the machine's clock may jump, so a long wait looks at it again from time to time. */
const stepMsMax = 30_000;

export class Timers {
  readonly #clock: Clock;
  readonly #logClock: LogClock;
  readonly #cancels = new Set<() => void>();
  #closed = false;

  constructor({ clock, logClock }: { clock: Clock; logClock: LogClock }) {
    this.#clock = clock;
    this.#logClock = logClock;
  }

  after(delayMs: number, task: () => void): void {
    if (this.#closed) return;
    const cancel = this.#clock.schedule(delayMs, () => {
      this.#cancels.delete(cancel);
      task();
    });
    this.#cancels.add(cancel);
  }

  /**
   * Does the task when the host's clock shows a time, in milliseconds since 1970; at once when it does already. Not the machine's,
   * which may go back before the task is done: what came of it would be of a time before the one that it waited for.
   */
  at(time: number, task: () => void): void {
    const wait = time - this.#logClock.now();
    if (wait <= 0) task();
    else this.after(Math.min(wait, stepMsMax), () => this.at(time, task));
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
