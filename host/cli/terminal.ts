// Where output goes and how it may look. Results go to standard output, everything about them to standard error, so that
// a pipe gets results and nothing else. Colours and tables are for a terminal only.
import type { WriteStream } from "node:tty";
import { stripVTControlCharacters, styleText } from "node:util";

/** What a piece of text is; the colour follows. */
export type Tone = keyof typeof styles;

const styles = {
  strong: "bold",
  faint: "dim",
  good: "green",
  bad: "yellow",
  error: "red",
  name: "cyan",
} as const;

const widthDefault = 100;
const eraseToEndOfLine = "\u001B[K";

export type Stream = NodeJS.WritableStream & Partial<Pick<WriteStream, "isTTY" | "columns" | "hasColors">>;

export class Terminal {
  readonly #stdout: Stream;
  readonly #stderr: Stream;

  constructor({ stdout, stderr }: { stdout: Stream; stderr: Stream }) {
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** True when results are for a person: standard output is a terminal and JSON was not asked for. */
  isForPerson(options: { readonly json?: boolean | undefined }): boolean {
    return this.#stdout.isTTY === true && options.json !== true;
  }

  /** True when a line on standard error can be overwritten. */
  get canOverwrite(): boolean {
    return this.#stderr.isTTY === true;
  }

  /** Columns of standard output. */
  get width(): number {
    const { columns = 0 } = this.#stdout;
    // Some terminals do not know their width, and say 0.
    return columns > 0 ? columns : widthDefault;
  }

  /** Writes a result line to standard output. */
  result(line: string): void {
    this.#stdout.write(`${fit(line, this.#stdout)}\n`);
  }

  /** Writes a value to standard output as JSON on one line. */
  json(value: unknown): void {
    this.#stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** Writes a line about the work to standard error. */
  note(line: string): void {
    this.#stderr.write(`${fit(line, this.#stderr)}\n`);
  }

  /** Replaces the line on standard error that was overwritten before; only where `canOverwrite`. */
  overwrite(line: string): void {
    this.#stderr.write(`\r${fit(line, this.#stderr)}${eraseToEndOfLine}`);
  }

  /** Colours text; the colours go where a stream takes them, and not with NO_COLOR. */
  styled(text: string, tone: Tone): string {
    return styleText(styles[tone], text, { validateStream: false });
  }
}

function fit(line: string, stream: Stream): string {
  return stream.isTTY === true && stream.hasColors?.() === true ? line : stripVTControlCharacters(line);
}
