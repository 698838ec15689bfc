// How many requests each caller has under way: no single token can take all the connections that there are.
import type { ServerResponse } from "node:http";

import { EventoError } from "../errors.ts";
import { requestsPerCallerMax } from "../limits.ts";

export class CallerLoad {
  readonly #counts = new Map<string, number>();

  /**
   * Counts a request of a caller until its answer is through.
   *
   * @param name - empty for callers that are not told apart: they are not counted.
   * @throws EventoError TOO_MANY_REQUESTS (retryable)
   */
  enter(name: string, response: ServerResponse): void {
    if (name === "") return;
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
    response.once("close", () => {
      const left = (this.#counts.get(name) ?? 1) - 1;
      if (left > 0) this.#counts.set(name, left);
      else this.#counts.delete(name);
    });
  }
}
