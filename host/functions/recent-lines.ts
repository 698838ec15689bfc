// The last lines that functions logged since the host started, for people who look at one. What has to be kept is the host's own log.
import { functionLinesKeptMax, functionsWithLinesMax } from "../limits.ts";
import type { LogLine } from "./log-lines.ts";

export type RecentLine = Omit<LogLine, "name"> & {
  /** Counted for each function from 1. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly time: number;
};

type Lines = { count: number; readonly kept: RecentLine[] };

export class RecentLines {
  readonly #now: () => number;
  /** By name, the function that logged last at the end. */
  readonly #functions = new Map<string, Lines>();

  /** @param given - `now` in milliseconds since 1970. */
  constructor({ now }: { now: () => number }) {
    this.#now = now;
  }

  put({ name, digest, level, about, message }: LogLine): void {
    const lines = this.#functions.get(name) ?? { count: 0, kept: [] };
    this.#functions.delete(name);
    this.#functions.set(name, lines);
    lines.count++;
    lines.kept.push({ number: lines.count, time: this.#now(), digest, level, about, message });
    if (lines.kept.length > functionLinesKeptMax) lines.kept.shift();
    if (this.#functions.size <= functionsWithLinesMax) return;
    const [silent] = this.#functions.keys();
    if (silent !== undefined) this.#functions.delete(silent);
  }

  /** Number of the newest line of a function: 0 when it has logged nothing since the host started. */
  last(name: string): number {
    return this.#functions.get(name)?.count ?? 0;
  }

  /** The lines of a function that are kept, the oldest first. @param after - number of a line: only those behind it. */
  of(name: string, { after }: { after: number }): readonly RecentLine[] {
    return (this.#functions.get(name)?.kept ?? []).filter(({ number }) => number > after);
  }
}
