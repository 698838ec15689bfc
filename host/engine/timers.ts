// Things to do later, all of which end with the engine.
import type { Clock } from "../ports/clock.ts";

/** Longest single wait: the machine's clock may jump, so a long wait looks at it again from time to time. */
const stepMsMax = 30_000;

export class Timers {
  readonly #clock: Clock;
  readonly #cancels = new Set<() => void>();
  #closed = false;

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  after(delayMs: number, task: () => void): void {
    if (this.#closed) return;
    const cancel = this.#clock.schedule(delayMs, () => {
      this.#cancels.delete(cancel);
      task();
    });
    this.#cancels.add(cancel);
  }

  /** Does the task when the machine's clock shows a time, in milliseconds since 1970; at once when it does already. */
  at(time: number, task: () => void): void {
    const wait = time - this.#clock.now();
    if (wait <= 0) task();
    else this.after(Math.min(wait, stepMsMax), () => this.at(time, task));
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}
