// The host's log lines for somebody who develops: short, coloured, and only what wants attention.
import type { LogFields, Logger, LogLevel } from "../json-log.ts";
import type { Terminal } from "./terminal.ts";
import { visibleText } from "./visible-text.ts";

export class DevLog implements Logger {
  readonly #terminal: Terminal;

  constructor({ terminal }: { terminal: Terminal }) {
    this.#terminal = terminal;
  }

  log(level: LogLevel, event: string, fields: LogFields = {}): void {
    const isTrouble = level === "warn" || level === "error";
    const isAuthors = event === "function.log";
    if (!isTrouble && !isAuthors) return;
    const time = this.#terminal.styled(new Date().toTimeString().slice(0, 8), "faint");
    const label = this.#terminal.styled(isAuthors ? String(fields["function"]) : event, isTrouble ? "bad" : "name");
    const shown = isAuthors ? visibleText(String(fields["message"])) : fieldsText(fields);
    this.#terminal.note(`${time} ${label} ${shown}`);
  }
}

function fieldsText(fields: LogFields): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${visibleText(String(value))}`)
    .join(" ");
}
