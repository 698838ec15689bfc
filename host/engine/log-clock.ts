// The host's time: the machine's, but never going back, also not behind what the log already holds.
import type { Clock } from "../ports/clock.ts";

export class LogClock {
  readonly #clock: Clock;
  #last: number;

  constructor({ clock, last }: { clock: Clock; last: number }) {
    this.#clock = clock;
    this.#last = last;
  }

  /** Milliseconds since 1970, never smaller than an earlier answer. */
  now(): number {
    this.#last = Math.max(this.#last, this.#clock.now());
    return this.#last;
  }
}
