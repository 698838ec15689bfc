// `evento verify`: is every group of the log there and as it was written, does the index follow from it, and do functions answer
// today what they answered then?
import { Option } from "commander";

import type { DirectoryAuditReport } from "../../audit/directory-audit.ts";
import { EventoError } from "../../errors.ts";
import type { FoundFault } from "../../journal/fault-list.ts";
import type { JournalReport } from "../../journal/level/verify.ts";
import { s3EndpointOption, type ArchiveOptions } from "../archive-option.ts";
import type { Context } from "../context.ts";
import { withDataOption, type DataOptions } from "../data-option.ts";
import { headJson, headText, withProgress } from "../journal-run.ts";
import type { Terminal } from "../terminal.ts";
import { visibleText } from "../visible-text.ts";

type VerifyOptions = DataOptions &
  ArchiveOptions & { readonly reExecute?: boolean; readonly states: boolean; readonly snapshots: string };

type Report = {
  readonly journal: JournalReport;
  /** Undefined when it was not asked for, or not possible since log or index is damaged. */
  readonly audit: DirectoryAuditReport | undefined;
  readonly faultCount: number;
  readonly faults: readonly FoundFault[];
};

export function addVerify({ program, terminal }: Context): void {
  withDataOption(program.command("verify").description("check a data directory while no host runs on it"))
    .option("--re-execute", "run every command again and compare what comes of it, byte for byte")
    .addOption(
      new Option(
        "--snapshots <location>",
        "where snapshots are, when the host was told: file:PATH or s3://bucket/prefix",
      )
        .env("EVENTO_SNAPSHOTS")
        .default(""),
    )
    .addOption(s3EndpointOption())
    .option("--no-states", "leave out whether kept states are the fold of their events")
    .addHelpText(
      "after",
      `
Reads the whole log: checksums, chain, gaps; whether the index says what the log says; and whether each state that is kept, in
the index and in snapshots, is what its events fold to. With --re-execute each command is handled again by the component that
handled it, on the state that it saw. Exit code 1: damage or a difference was found.

Examples:
  $ evento verify
  $ evento verify --re-execute
  $ evento verify --data /var/lib/evento --snapshots s3://bank/snapshots --json`,
    )
    .action(async (options: VerifyOptions) => {
      const report = await verified(options, terminal);
      if (terminal.isForPerson(options)) printReport(report, terminal);
      else terminal.json(reportJson(report));
      const { faultCount, faults } = report;
      if (faultCount === 0) return;
      throw new EventoError("DATA_DAMAGED", `found ${faultCount} faults in ${options.data}`, {
        hint: faults[0]?.hint ?? "keep a copy of the directory before anything else",
      });
    });
}

async function verified(options: VerifyOptions, terminal: Terminal): Promise<Report> {
  const { verifyJournal } = await import("../../journal/level/verify.ts");
  const journal = await withProgress(terminal, (onProgress) => verifyJournal(options.data, { onProgress }));
  const { faultCount, faults } = journal;
  const reExecute = options.reExecute === true;
  // What is run again is read by way of the index.
  if (faultCount > 0 || !(options.states || reExecute)) return { journal, audit: undefined, faultCount, faults };
  const { auditDirectory } = await import("../../audit/directory-audit.ts");
  const audit = await withProgress(terminal, (onProgress) =>
    auditDirectory({
      directory: options.data,
      snapshots: { location: options.snapshots, endpoint: options.s3Endpoint },
      reExecute,
      onProgress,
    }),
  );
  return { journal, audit, faultCount: audit.faultCount, faults: audit.faults };
}

function reportJson({ journal, audit, faultCount, faults }: Report): unknown {
  return {
    id: journal.id,
    sound: faultCount === 0,
    head: headJson(journal.head),
    index_rows: journal.rowCount ?? null,
    states: audit?.states ?? null,
    commands: audit?.commands ?? null,
    fault_count: faultCount,
    faults: faults.map(({ code, message, hint }) => ({ code, message, hint: hint ?? null })),
  };
}

function printReport({ journal, audit, faultCount, faults }: Report, terminal: Terminal): void {
  const { id, head, rowCount } = journal;
  const what = [
    headText(head),
    rowCount === undefined ? "the index was not compared" : counted(rowCount, "rows of the index"),
  ];
  if (audit !== undefined) what.push(counted(audit.states, "kept states folded again"));
  if (audit?.commands !== undefined) what.push(counted(audit.commands, "commands run again"));
  const state = faultCount === 0 ? terminal.styled("sound", "good") : terminal.styled("damaged", "error");
  terminal.result(`${state}  log ${id}: ${what.join("; ")}`);
  for (const { code, message } of faults)
    terminal.result(`  ${visibleText(message)}${terminal.styled(` (${code})`, "faint")}`);
  if (faultCount > faults.length) terminal.result(`  and ${faultCount - faults.length} more`);
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString("en")} ${what}`;
}
