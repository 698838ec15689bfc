// Lines in, answers out, both as they come: answers stand in the order of their lines, and no more than a window of lines is under
// way. Reading waits while the window is full, and the window stays full while the client does not read.
import { Readable } from "node:stream";

import type { Context } from "koa";

import { bodySilenceMsMax, linesUnderWayMax } from "../limits.ts";
import { linesOf, type Line } from "./ndjson-lines.ts";
import { chunksOf } from "./request-chunks.ts";

/** A line that was taken in. */
export type Begun = {
  /** The answer's line, without its end. Never rejects. */
  readonly outcome: Promise<string>;
};

/** The lines before the one at hand. */
export interface Earlier {
  /** How many of them are under way. */
  readonly count: number;
  /** Waits until they have their outcomes. */
  settled(): Promise<void>;
}

/**
 * Answers a request of lines.
 *
 * @param closing - aborts when no more lines are to be read; those that were taken in are answered.
 * @param begin - takes a line in. The next line waits for it, so that lines are taken in in their order. Never rejects.
 */
export function answerNdjson(
  ctx: Context,
  closing: AbortSignal,
  begin: (line: Line, earlier: Earlier) => Promise<Begun>,
): void {
  const gone = new AbortController();
  ctx.res.once("close", () => gone.abort());
  const signal = AbortSignal.any([closing, gone.signal]);
  const lines = linesOf(chunksOf(ctx.req, { silenceMsMax: bodySilenceMsMax, signal }));
  ctx.status = 200;
  ctx.type = "application/x-ndjson";
  ctx.body = Readable.from(new LineAnswers({ lines, begin, gone: gone.signal }).texts(), { objectMode: false });
  // A client that sends as it reads gets the head before the first answer.
  ctx.flushHeaders();
}

class LineAnswers implements Earlier {
  readonly #lines: AsyncIterable<Line>;
  readonly #begin: (line: Line, earlier: Earlier) => Promise<Begun>;
  readonly #gone: AbortSignal;
  readonly #underWay: Promise<string>[] = [];
  #read = false;
  #news = Promise.withResolvers<void>();

  constructor(given: {
    lines: AsyncIterable<Line>;
    begin: (line: Line, earlier: Earlier) => Promise<Begun>;
    gone: AbortSignal;
  }) {
    this.#lines = given.lines;
    this.#begin = given.begin;
    this.#gone = given.gone;
    this.#gone.addEventListener("abort", () => this.#tell());
  }

  get count(): number {
    return this.#underWay.length;
  }

  async settled(): Promise<void> {
    await Promise.all(this.#underWay);
  }

  async *texts(): AsyncGenerator<string> {
    const reading = this.#readAll();
    // It is awaited when everything is answered; until then its failure must not count as one that nobody hears.
    reading.catch(() => {});
    for (;;) {
      const [first] = this.#underWay;
      if (first !== undefined) {
        const text = await first;
        void this.#underWay.shift();
        this.#tell();
        yield `${text}\n`;
      } else if (this.#read) break;
      else await this.#news.promise;
    }
    await reading;
  }

  async #readAll(): Promise<void> {
    try {
      for await (const line of this.#lines) {
        while (this.#underWay.length >= linesUnderWayMax && !this.#gone.aborted) await this.#news.promise;
        // The client is gone: what was taken in goes on, nothing more is.
        if (this.#gone.aborted) return;
        const { outcome } = await this.#begin(line, this);
        this.#underWay.push(outcome);
        this.#tell();
      }
    } finally {
      this.#read = true;
      this.#tell();
    }
  }

  /** Wakes who waits for a change. */
  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }
}
