// Waits of one loop: for a call, or for a time, and in either case for the end.
import type { Clock } from "../ports/clock.ts";

export class Wake {
  readonly #clock: Clock;
  #called = false;
  #ended = false;
  #onCall = (): void => {};
  #onEnd = (): void => {};

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Wakes whoever waits in `called`, or the next who does. */
  now(): void {
    this.#called = true;
    this.#onCall();
  }

  end(): void {
    this.#ended = true;
    this.#onCall();
    this.#onEnd();
  }

  /** Waits until `now` was called since the last such wait, or until the end. */
  async called(): Promise<void> {
    if (!this.#called && !this.#ended) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onCall = resolve;
      await promise;
    }
    this.#called = false;
  }

  /** Waits for a time, whatever is called meanwhile, or until the end. */
  async after(delayMs: number): Promise<void> {
    if (this.#ended) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const cancel = this.#clock.schedule(delayMs, resolve);
    this.#onEnd = resolve;
    await promise;
    cancel();
  }
}
