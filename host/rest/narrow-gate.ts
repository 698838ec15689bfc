// Lets so many in at once and has the others wait in line: for reads whose results are large while they are put together.
export class NarrowGate {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor({ width }: { width: number }) {
    this.#free = width;
  }

  /** Runs what is given when there is room for it. As many wait as there are requests, which have a bound of their own. */
  async through<Result>(run: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free--;
    else {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.push(resolve);
      await promise;
    }
    try {
      return await run();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
