// What functions log, made fit for a log: bounded in length and rate, and without anything a terminal would obey.
import { logLinesBurstMax, logLinesPerSecondMax } from "../limits.ts";
import type { FunctionRef } from "../ports/functions.ts";

const levels = ["trace", "debug", "info", "warn", "error"] as const;
const lineCharsMax = 1_024;

export type LogLevel = (typeof levels)[number];

/** What a function said, as it came. */
export type LoggedText = {
  readonly level: number;
  readonly text: string;
  /** Id of the command or event that it was called with. */
  readonly about: string | undefined;
};

export type LogLine = {
  readonly name: string;
  readonly digest: string;
  readonly level: LogLevel;
  /** Id of the command or event that the function was called with; undefined when it was called with several. */
  readonly about?: string | undefined;
  readonly message: string;
};

export type FunctionLogger = (line: LogLine) => void;

/** C0, C1, DEL, line and paragraph separators, and the marks that turn the direction of text. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The lines of one function, over all its versions. */
export class LogLines {
  readonly #logger: FunctionLogger;
  readonly #now: () => number;
  #budget = logLinesBurstMax;
  #refilledAt: number;
  #dropped = 0;

  /** @param given.now - milliseconds of a clock that never goes back. */
  constructor(given: { readonly logger: FunctionLogger; readonly now: () => number }) {
    this.#logger = given.logger;
    this.#now = given.now;
    this.#refilledAt = given.now();
  }

  /** Hands on a line, or drops it when there were too many; the next one that goes out tells how many were dropped. */
  put(fn: FunctionRef, { level, text, about }: LoggedText): void {
    const now = this.#now();
    this.#budget = Math.min(logLinesBurstMax, this.#budget + ((now - this.#refilledAt) / 1_000) * logLinesPerSecondMax);
    this.#refilledAt = now;
    if (this.#budget < 1) {
      this.#dropped++;
      return;
    }
    this.#budget--;
    const { name, digest } = fn;
    if (this.#dropped > 0)
      this.#logger({ name, digest, level: "warn", message: `${this.#dropped} lines were dropped: too many at once` });
    this.#dropped = 0;
    this.#logger({ name, digest, level: levels[level] ?? "info", about, message: printable(text) });
  }
}

/** At most 1 KiB characters, control characters written as escapes. */
export function printable(text: string): string {
  return text
    .slice(0, lineCharsMax)
    .replace(unprintable, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .toWellFormed()
    .slice(0, lineCharsMax);
}
