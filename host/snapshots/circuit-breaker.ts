// Leaves calls to a store out that is away, so that nobody waits for a deadline again and again.
//
//   closed ──failures in a row──► open ──pause over──► one call tries ──► closed, or open for twice as long
import type { Clock } from "../ports/clock.ts";

const failuresMax = 3;
const pauseMsMin = 1_000;
const pauseMsMax = 60_000;

export type Attempt<Result> =
  | { readonly kind: "done"; readonly result: Result }
  | { readonly kind: "failed"; readonly error: unknown }
  /** The call was not made. */
  | { readonly kind: "left-out" };

export class CircuitBreaker {
  readonly #clock: Pick<Clock, "now">;
  readonly #callsMax: number;
  #calls = 0;
  #failures = 0;
  #pauseMs = pauseMsMin;
  #openUntil: number | undefined;
  #trying = false;

  constructor({ clock, callsMax }: { clock: Pick<Clock, "now">; callsMax: number }) {
    this.#clock = clock;
    this.#callsMax = callsMax;
  }

  get state(): "closed" | "open" {
    return this.#openUntil === undefined ? "closed" : "open";
  }

  async run<Result>(call: () => Promise<Result>): Promise<Attempt<Result>> {
    if (this.#calls >= this.#callsMax || !this.#mayCall()) return { kind: "left-out" };
    this.#calls += 1;
    try {
      const result = await call();
      this.#close();
      return { kind: "done", result };
    } catch (error) {
      this.#fail();
      return { kind: "failed", error };
    } finally {
      this.#calls -= 1;
    }
  }

  #mayCall(): boolean {
    if (this.#openUntil === undefined) return true;
    if (this.#trying || this.#clock.now() < this.#openUntil) return false;
    this.#trying = true;
    return true;
  }

  #close(): void {
    this.#failures = 0;
    this.#pauseMs = pauseMsMin;
    this.#openUntil = undefined;
    this.#trying = false;
  }

  #fail(): void {
    this.#failures += 1;
    if (this.#openUntil === undefined && this.#failures < failuresMax) return;
    // Calls that were under way when it opened fail as well: only the one that tried makes the pause longer.
    if (this.#openUntil !== undefined && !this.#trying) return;
    this.#openUntil = this.#clock.now() + this.#pauseMs;
    this.#pauseMs = Math.min(pauseMsMax, this.#pauseMs * 2);
    this.#trying = false;
  }
}
