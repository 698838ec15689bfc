// Who waits for outcomes, so that all of them can be told when no more will come. An AbortSignal would do the same at several times
// the cost, once for every command.

export class OutcomeWaits {
  readonly #waiting = new Set<() => void>();
  #drained = false;

  /** True when nothing more will be decided. */
  get drained(): boolean {
    return this.#drained;
  }

  /** Ends all waits, and those to come. */
  drain(): void {
    this.#drained = true;
    for (const expire of this.#waiting) expire();
  }

  /** What a promise gives; undefined when the wait ends before. @param waitMs - undefined to wait until it is there */
  async firstOf<Value>(value: Promise<Value>, waitMs: number | undefined): Promise<Value | undefined> {
    const { promise: expired, resolve } = Promise.withResolvers<undefined>();
    const expire = (): void => resolve(undefined);
    const timer = waitMs === undefined ? undefined : setTimeout(expire, waitMs);
    if (this.#drained) expire();
    this.#waiting.add(expire);
    try {
      return await Promise.race([value, expired]);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(expire);
    }
  }
}
