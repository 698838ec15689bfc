// Room in memory for what many requests hold at once. Each body and each answer has a bound of its own; this one holds for all of
// them together.
import type { IncomingMessage, ServerResponse } from "node:http";

import { EventoError } from "../errors.ts";
import { bodyBytesMax, componentBytesMax } from "../limits.ts";

export class Room {
  readonly #bytesMax: number;
  #claimed = 0;

  constructor({ bytesMax }: { bytesMax: number }) {
    this.#bytesMax = bytesMax;
  }

  /**
   * Claims bytes until an answer is through.
   *
   * @throws EventoError HOST_OVERLOADED (retryable)
   */
  claim(bytes: number, response: ServerResponse): void {
    if (bytes === 0) return;
    if (this.#claimed + bytes > this.#bytesMax)
      throw new EventoError(
        "HOST_OVERLOADED",
        `found ${this.#claimed} bytes of bodies or answers under way, and no room for ${bytes} more`,
        { retryable: true, hint: "try again after a while" },
      );
    this.#claimed += bytes;
    response.once("close", () => {
      this.#claimed -= bytes;
    });
  }
}

/** What a request's body may take: the length that the head tells, or as much as a body of its type may have. */
export function bodyBytesOf({ headers }: IncomingMessage): number {
  const isComponent = headers["content-type"]?.startsWith("application/wasm") === true;
  const bytesMax = isComponent ? componentBytesMax : bodyBytesMax;
  const told = headers["content-length"];
  if (told !== undefined) return Math.min(Number(told), bytesMax);
  return headers["transfer-encoding"] === undefined ? 0 : bytesMax;
}
