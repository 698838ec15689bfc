// What is counted of one function, over all its versions.
import type { FunctionStatus } from "../ports/functions.ts";
import type { Tally } from "./calls.ts";

const errorsKept = 10;

type Counts = Pick<FunctionStatus, "calls" | "failures" | "restarts" | "latency_us" | "last_errors">;

export class FunctionRecord implements Tally {
  #calls = 0;
  #failures = 0;
  #restarts = 0;
  #settled = 0;
  #latencySumUs = 0;
  #latencyMaxUs = 0;
  #errors: { readonly time: number; readonly reason: string }[] = [];

  answered(failure: string | undefined): void {
    this.#calls++;
    if (failure === undefined) return;
    this.#failures++;
    this.remember(failure);
  }

  took(latencyUs: number): void {
    this.#settled++;
    this.#latencySumUs += latencyUs;
    this.#latencyMaxUs = Math.max(this.#latencyMaxUs, latencyUs);
  }

  /** A process died and another has to take its place. */
  restarted(reason: string): void {
    this.#restarts++;
    this.remember(reason);
  }

  remember(reason: string): void {
    this.#errors = [{ time: Date.now(), reason }, ...this.#errors.slice(0, errorsKept - 1)];
  }

  counts(): Counts {
    return {
      calls: this.#calls,
      failures: this.#failures,
      restarts: this.#restarts,
      latency_us: {
        mean: this.#settled === 0 ? 0 : Math.round(this.#latencySumUs / this.#settled),
        max: Math.round(this.#latencyMaxUs),
      },
      last_errors: this.#errors,
    };
  }
}
