// How far long work is, on standard error: a line that is overwritten on a terminal, a line every few seconds elsewhere.
import type { Terminal } from "./terminal.ts";

const overwriteIntervalMs = 200;
const lineIntervalMs = 5_000;

export class Progress {
  readonly #terminal: Terminal;
  readonly #text: (seconds: number) => string;
  readonly #startMs = performance.now();
  #lastMs = performance.now();

  /** @param text - what to show, given the seconds since the start. */
  constructor({ terminal, text }: { terminal: Terminal; text: (seconds: number) => string }) {
    this.#terminal = terminal;
    this.#text = text;
  }

  /** Shows how far the work is, if enough time has gone since it was last shown. */
  step(): void {
    const now = performance.now();
    const canOverwrite = this.#terminal.canOverwrite;
    if (now - this.#lastMs < (canOverwrite ? overwriteIntervalMs : lineIntervalMs)) return;
    this.#lastMs = now;
    const text = this.#text((now - this.#startMs) / 1_000);
    if (canOverwrite) this.#terminal.overwrite(text);
    else this.#terminal.note(text);
  }

  /** Shows where the work ended. */
  end(): void {
    const text = this.#text((performance.now() - this.#startMs) / 1_000);
    if (this.#terminal.canOverwrite) this.#terminal.overwrite("");
    this.#terminal.note(text);
  }
}
