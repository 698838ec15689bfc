// The host's log lines for somebody who develops: short, coloured, and only what wants attention.
import type { LogFields, Logger, LogLevel } from "../json-log.ts";
import type { Terminal } from "./terminal.ts";
import { visibleText } from "./visible-text.ts";

/** What is told of although all is well: what a function wrote itself. */
const told: ReadonlySet<string> = new Set(["function.log"]);

export class DevLog implements Logger {
  readonly #terminal: Terminal;

  constructor({ terminal }: { terminal: Terminal }) {
    this.#terminal = terminal;
  }

  log(level: LogLevel, event: string, fields: LogFields = {}): void {
    const isTrouble = level === "warn" || level === "error";
    if (!isTrouble && !told.has(event)) return;
    const shown = Object.entries(fields).map(([name, value]) => `${name}=${visibleText(String(value))}`);
    const time = this.#terminal.styled(new Date().toTimeString().slice(0, 8), "faint");
    const label = this.#terminal.styled(event, isTrouble ? "bad" : "name");
    this.#terminal.note(`${time} ${label} ${shown.join(" ")}`);
  }
}
