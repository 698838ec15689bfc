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
  firstOf<Value>(value: Promise<Value>, waitMs: number | undefined): Promise<Value | undefined> {
    // Once for every command: `Promise.race` and `finally` would cost some promises more.
    const { promise, resolve, reject } = Promise.withResolvers<Value | undefined>();
    const end = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(expire);
    };
    const expire = (): void => {
      end();
      resolve(undefined);
    };
    const timer = waitMs === undefined ? undefined : setTimeout(expire, waitMs);
    this.#waiting.add(expire);
    if (this.#drained) expire();
    value.then(
      (first) => {
        end();
        resolve(first);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
    return promise;
  }
}
