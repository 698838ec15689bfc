// How many requests each caller has under way: no single token can take all the connections that there are.
import { EventoError } from "../errors.ts";
import { requestsPerCallerMax } from "../limits.ts";

export class CallerLoad {
  readonly #counts = new Map<string, number>();

  /**
   * Counts a request of a caller.
   *
   * @param name - empty for callers that are not told apart: they are not counted.
   * @returns what to call when it is through, once.
   * @throws EventoError TOO_MANY_REQUESTS (retryable)
   */
  enter(name: string): () => void {
    if (name === "") return () => {};
    const count = this.#counts.get(name) ?? 0;
    if (count >= requestsPerCallerMax)
      throw new EventoError(
        "TOO_MANY_REQUESTS",
        `found ${count} requests of this token under way, expected fewer than ${requestsPerCallerMax}`,
        {
          retryable: true,
          hint: "wait for answers before sending more, or send many commands as lines of one request",
        },
      );
    this.#counts.set(name, count + 1);
    return () => {
      const left = (this.#counts.get(name) ?? 1) - 1;
      if (left > 0) this.#counts.set(name, left);
      else this.#counts.delete(name);
    };
  }
}
