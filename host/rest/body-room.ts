// Room for the bodies of all requests under way. Each body has a bound of its own; this one holds for all of them together.
import type { IncomingMessage, ServerResponse } from "node:http";

import { EventoError } from "../errors.ts";
import { bodiesBytesMax, bodyBytesMax, componentBytesMax } from "../limits.ts";

export class BodyRoom {
  #claimed = 0;

  /**
   * Claims what a request's body may take in memory, until its answer is through.
   *
   * @throws EventoError HOST_OVERLOADED (retryable)
   */
  claim(request: IncomingMessage, response: ServerResponse): void {
    const bytes = claimOf(request);
    if (bytes === 0) return;
    if (this.#claimed + bytes > bodiesBytesMax)
      throw new EventoError(
        "HOST_OVERLOADED",
        `found bodies of ${this.#claimed} bytes under way, and no room for more`,
        {
          retryable: true,
          hint: "try again after a while",
        },
      );
    this.#claimed += bytes;
    response.once("close", () => {
      this.#claimed -= bytes;
    });
  }
}

/** The length that the head tells, or as much as a body of its type may have. */
function claimOf({ headers }: IncomingMessage): number {
  const isComponent = headers["content-type"]?.startsWith("application/wasm") === true;
  const bytesMax = isComponent ? componentBytesMax : bodyBytesMax;
  const told = headers["content-length"];
  if (told !== undefined) return Math.min(Number(told), bytesMax);
  return headers["transfer-encoding"] === undefined ? 0 : bytesMax;
}
