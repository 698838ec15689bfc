// When a function that died may start again, and when it is called failing.
//
//   1st death: at once; n-th in a row: 50 ms · 2^(n-2), at most 10 s, ± 25 %. Five within 30 s: failing, until a call is answered.

const waitMsMin = 50;
const waitMsMax = 10_000;
const failingDeaths = 5;
const failingWindowMs = 30_000;

export class RestartBackoff {
  readonly #now: () => number;
  readonly #fraction: () => number;
  #deaths: number[] = [];
  #failing = false;
  #readyAt = 0;

  /** @param given.now - milliseconds of a clock that never goes back; `given.fraction` - chance from 0 to 1. */
  constructor(given: { readonly now: () => number; readonly fraction: () => number }) {
    this.#now = given.now;
    this.#fraction = given.fraction;
  }

  get failing(): boolean {
    return this.#failing;
  }

  /** Milliseconds until the next start; 0 when it may be now. */
  get waitMs(): number {
    return Math.max(0, this.#readyAt - this.#now());
  }

  died(): void {
    const now = this.#now();
    this.#deaths = [...this.#deaths.filter((time) => now - time < failingWindowMs), now].slice(-64);
    const count = this.#deaths.length;
    const waitMs = count < 2 ? 0 : Math.min(waitMsMax, waitMsMin * 2 ** (count - 2));
    this.#readyAt = now + waitMs * (0.75 + this.#fraction() / 2);
    if (count >= failingDeaths) this.#failing = true;
  }

  /** A call was answered: whatever killed it is not in every call. */
  answered(): void {
    if (this.#deaths.length === 0) return;
    this.#deaths = [];
    this.#failing = false;
    this.#readyAt = 0;
  }
}
