// What is wrong with a function's sources, as `file:line:column message` with the line itself, so that an editor's terminal
// makes it a link.
import { readFileSync } from "node:fs";
import { join, sep } from "node:path";

import { EventoError, type Fault } from "../errors.ts";
import { errorText } from "./error-text.ts";
import type { Terminal } from "./terminal.ts";
import { visibleText } from "./visible-text.ts";

const place = /^(?<file>.*?):(?<line>\d+):(?<column>\d+)$/;

/** Lines for a terminal; paths are from the working directory. */
export function buildErrorText(directory: string, error: unknown, terminal: Terminal): string {
  if (!(error instanceof EventoError) || error.code !== "BUILD_FAILED" || error.faults.length === 0)
    return errorText(error, terminal).replaceAll(process.cwd() + sep, "");
  const lines = error.faults.flatMap((fault) => faultLines(directory, fault, terminal));
  if (error.hint !== undefined) lines.push(`${terminal.styled("hint:", "strong")} ${visibleText(error.hint)}`);
  return lines.join("\n");
}

function faultLines(directory: string, fault: Fault, terminal: Terminal): string[] {
  const { file = fault.path, line = "", column = "1" } = place.exec(fault.path)?.groups ?? {};
  // The SDK's own library has no place in the folder.
  const path = file.startsWith("~") ? file : join(directory, file);
  const where = line === "" ? path : `${path}:${line}:${column}`;
  const head = `${terminal.styled(visibleText(where), "name")} ${terminal.styled("error:", "error")} ${visibleText(fault.message)}`;
  const source = line === "" ? undefined : sourceLine(path, Number(line));
  if (source === undefined) return [head];
  const caret = `${" ".repeat(Math.max(0, Number(column) - 1))}^`;
  return [head, `    ${visibleText(source.replaceAll("\t", " "))}`, `    ${terminal.styled(caret, "error")}`];
}

function sourceLine(file: string, line: number): string | undefined {
  try {
    return readFileSync(file, "utf8").split("\n")[line - 1];
  } catch {
    // Generated files are not all on disk.
    return undefined;
  }
}
