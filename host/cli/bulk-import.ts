// Many commands or events from a file or standard input, in one request: lines up, answers down, both as they come.
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

import { unreachableCode } from "../client/host-client.ts";
import { isProblem } from "../client/host-problem.ts";
import { numberField, textField } from "../client/json-fields.ts";
import { EventoError, reasonOf } from "../errors.ts";
import { usageError } from "./exit-code.ts";
import { clientOf, type HostOptions } from "./host-option.ts";
import { Progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";
import { visibleText } from "./visible-text.ts";

/** Refused lines that are told of on a terminal; the rest is counted. */
const refusalsShownMax = 20;

export type BulkOptions = HostOptions & { readonly file?: string };

/**
 * Posts every line. Piped, the answers go to standard output; on a terminal only refusals are told of.
 *
 * @param resource - `commands` or `events`.
 * @throws EventoError IMPORT_INCOMPLETE when lines were refused or parked, or the connection broke.
 */
export async function importLines(
  resource: "commands" | "events",
  options: BulkOptions,
  terminal: Terminal,
): Promise<void> {
  const counts = { answered: 0, refused: 0, parked: 0 };
  const progress = new Progress({ terminal, text: (seconds) => progressText(counts, seconds) });
  const answers = clientOf(options).lines({
    method: "POST",
    path: [resource],
    headers: { "content-type": "application/x-ndjson", accept: "application/x-ndjson" },
    body: await bytesOf(options.file),
    waitMs: Number.POSITIVE_INFINITY,
  });
  const isForPerson = terminal.isForPerson(options);
  try {
    for await (const line of answers) {
      if (!isForPerson) terminal.result(line);
      const answer: unknown = JSON.parse(line);
      counts.answered += 1;
      if (isProblem(answer)) counts.refused += 1;
      if (textField(answer, "status") === "parked") counts.parked += 1;
      const trouble = troubleText(answer);
      if (isForPerson && trouble !== undefined && counts.refused + counts.parked <= refusalsShownMax) {
        if (terminal.canOverwrite) terminal.overwrite("");
        terminal.note(trouble);
      }
      progress.step();
    }
  } catch (error) {
    progress.end();
    throw counts.answered === 0 ? error : brokenOff(counts.answered, error);
  }
  progress.end();
  if (counts.refused + counts.parked > 0)
    throw new EventoError("IMPORT_INCOMPLETE", `${counts.refused} lines were refused and ${counts.parked} parked`, {
      hint: "mend the refused lines and import those again; `evento parked` lists what was parked",
    });
}

async function bytesOf(file: string | undefined): Promise<AsyncIterable<Uint8Array>> {
  if (file === undefined || file === "-") return process.stdin;
  try {
    if (!(await stat(file)).isDirectory()) return createReadStream(file);
  } catch (error) {
    throw usageError(`${file} can't be read: ${reasonOf(error)}`, "name a file with one JSON draft a line");
  }
  throw usageError(`${file} is a directory`, "name a file with one JSON draft a line");
}

function progressText(counts: { answered: number; refused: number; parked: number }, seconds: number): string {
  const rate = seconds > 0 ? Math.round(counts.answered / seconds) : 0;
  const { answered, refused, parked } = counts;
  return `${answered.toLocaleString("en")} lines done, ${refused} refused, ${parked} parked, ${rate.toLocaleString("en")} a second`;
}

function troubleText(answer: unknown): string | undefined {
  const line = numberField(answer, "line");
  const place = line === 0 ? "" : `line ${line}: `;
  if (isProblem(answer)) return visibleText(`${place}${textField(answer, "detail") || textField(answer, "title")}`);
  if (textField(answer, "status") === "parked")
    return visibleText(`${place}parked: ${textField(answer, "last_error")}`);
  return undefined;
}

function brokenOff(answered: number, cause: unknown): EventoError {
  return new EventoError(unreachableCode, `broke off after ${answered} answers: ${reasonOf(cause)}`, {
    cause,
    hint: "what was answered is done; lines that carry an `id` can be sent again, and happen once",
  });
}
