// Log lines: one JSON object each on standard error, with time, level, a stable dotted event name and ids. Never payloads.

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = { readonly [name: string]: string | number | boolean | null | undefined };

export interface Logger {
  log(level: LogLevel, event: string, fields?: LogFields): void;
}

/** Longest text of one field. */
const fieldCharsMax = 4_000;

/** What JSON leaves as it is although a terminal or a viewer obeys it: C1, DEL, line separators, marks that turn text. */
const obeyed = /[\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Writes lines to a stream. Line ends and control characters are escaped, so that no field can forge a line. */
export class JsonLog implements Logger {
  readonly #stream: NodeJS.WritableStream;

  constructor({ stream = process.stderr }: { stream?: NodeJS.WritableStream } = {}) {
    this.#stream = stream;
  }

  log(level: LogLevel, event: string, fields: LogFields = {}): void {
    const bounded = Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === "string" ? value.slice(0, fieldCharsMax) : value,
    ]);
    // Twice: they come first, and no field takes their place.
    const own = { time: new Date().toISOString(), level, event };
    const line = JSON.stringify({ ...own, ...Object.fromEntries(bounded), ...own });
    this.#stream.write(`${line.replaceAll(obeyed, escaped)}\n`);
  }
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
