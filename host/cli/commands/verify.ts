// `evento verify`: is every group of the log there and as it was written, and does the index follow from it?
import { EventoError } from "../../errors.ts";
import type { JournalReport } from "../../journal/level/verify.ts";
import type { Context } from "../context.ts";
import { withDataOption, type DataOptions } from "../data-option.ts";
import { headJson, headText, withProgress } from "../journal-run.ts";
import type { Terminal } from "../terminal.ts";
import { visibleText } from "../visible-text.ts";

export function addVerify({ program, terminal }: Context): void {
  withDataOption(program.command("verify").description("check a data directory while no host runs on it"))
    .addHelpText(
      "after",
      `
Reads the whole log: checksums, chain, gaps; and whether the index says what the log says. Exit code 1: damage was found.

Examples:
  $ evento verify
  $ evento verify --data /var/lib/evento --json`,
    )
    .action(async (options: DataOptions) => {
      const { verifyJournal } = await import("../../journal/level/verify.ts");
      const report = await withProgress(terminal, (onProgress) => verifyJournal(options.data, { onProgress }));
      if (terminal.isForPerson(options)) printReport(report, terminal);
      else terminal.json(reportJson(report));
      if (report.faultCount === 0) return;
      throw new EventoError("DATA_DAMAGED", `found ${report.faultCount} faults in ${options.data}`, {
        hint: report.faults[0]?.hint ?? "keep a copy of the directory before anything else",
      });
    });
}

function reportJson({ id, head, rowCount, faultCount, faults }: JournalReport): unknown {
  const shown = faults.map(({ code, message, hint }) => ({ code, message, hint: hint ?? null }));
  return {
    id,
    sound: faultCount === 0,
    head: headJson(head),
    index_rows: rowCount ?? null,
    fault_count: faultCount,
    faults: shown,
  };
}

function printReport({ id, head, rowCount, faultCount, faults }: JournalReport, terminal: Terminal): void {
  const rows =
    rowCount === undefined ? "the index was not compared" : `${rowCount.toLocaleString("en")} rows of the index`;
  const state = faultCount === 0 ? terminal.styled("sound", "good") : terminal.styled("damaged", "error");
  terminal.result(`${state}  log ${id}: ${headText(head)}; ${rows}`);
  for (const { code, message } of faults)
    terminal.result(`  ${visibleText(message)}${terminal.styled(` (${code})`, "faint")}`);
  if (faultCount > faults.length) terminal.result(`  and ${faultCount - faults.length} more`);
}
