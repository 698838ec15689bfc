// Log lines: one JSON object each on standard error, with time, level, a stable dotted event name and ids. Never payloads.

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFields = { readonly [name: string]: string | number | boolean | null | undefined };

export interface Logger {
  log(level: LogLevel, event: string, fields?: LogFields): void;
}

/** Longest text of one field. */
const fieldCharsMax = 4_000;

/** Writes lines to a stream. JSON escapes line ends and control characters, so no field can forge a line. */
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
    this.#stream.write(
      `${JSON.stringify({ time: new Date().toISOString(), level, event, ...Object.fromEntries(bounded) })}\n`,
    );
  }
}
