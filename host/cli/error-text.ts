// What went wrong, for a person: what was found, where, and what to do.
import { EventoError, type Fault } from "../errors.ts";
import { usageCode } from "./exit-code.ts";
import type { Terminal } from "./terminal.ts";
import { visibleText } from "./visible-text.ts";

/** A few lines: the error with its code, the faults by path, the hint. An unforeseen error shows its stack. */
export function errorText(error: unknown, terminal: Terminal): string {
  const label = terminal.styled("error:", "error");
  if (!(error instanceof EventoError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${label} this should not happen, and is a defect of Evento\n${stack}`;
  }
  const code = error.code === usageCode ? "" : terminal.styled(` (${error.code})`, "faint");
  const message = error.message.split("\n").map(visibleText).join("\n");
  const lines = [`${label} ${message}${code}`, ...faultLines(error)];
  if (error.hint !== undefined) lines.push(`${terminal.styled("hint:", "strong")} ${visibleText(error.hint)}`);
  return lines.join("\n");
}

function faultLines({ faults, message }: EventoError): string[] {
  return faults
    .map(faultLine)
    .filter((line) => !message.includes(line))
    .map((line) => `  ${line}`);
}

function faultLine({ path, message }: Fault): string {
  return visibleText(path === "" ? message : `${path}: ${message}`);
}
