// The bytes of a request as they come, with a deadline for each silence and an end when the host shuts down.
import type { IncomingMessage } from "node:http";

import { EventoError } from "../errors.ts";

export type ChunksOptions = {
  /** Longest silence between two chunks. */
  readonly silenceMsMax: number;
  /** Ends the reading without ending the connection: the answer can still be written. */
  readonly signal: AbortSignal;
};

/** Yields chunks until the body ends or the signal aborts. @throws EventoError BODY_INCOMPLETE */
export async function* chunksOf(request: IncomingMessage, options: ChunksOptions): AsyncGenerator<Buffer> {
  const { silenceMsMax, signal } = options;
  let wake = (): void => {};
  const stir = (): void => wake();
  const happenings = ["readable", "end", "close", "error"] as const;
  for (const happening of happenings) request.on(happening, stir);
  signal.addEventListener("abort", stir);
  try {
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      for (;;) {
        const chunk: Buffer | null = request.read();
        if (chunk === null) break;
        yield chunk;
      }
      if (request.readableEnded || signal.aborted) return;
      if (request.destroyed) throw incomplete("the connection broke");
      let silent = false;
      const timer = setTimeout(() => {
        silent = true;
        resolve();
      }, silenceMsMax);
      await promise;
      clearTimeout(timer);
      if (silent) throw incomplete(`nothing came for ${silenceMsMax / 1000} s`);
    }
  } finally {
    for (const happening of happenings) request.off(happening, stir);
    signal.removeEventListener("abort", stir);
  }
}

/** A body that did not come to its end. */
export function incomplete(why: string): EventoError {
  return new EventoError("BODY_INCOMPLETE", `found the body incomplete: ${why}`);
}
