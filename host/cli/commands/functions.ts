// `evento functions`: what is deployed and how it does; back to an earlier version; away with it.
import { setTimeout as delay } from "node:timers/promises";

import type { Context } from "../context.ts";
import { clientOf, withHostOptions, type HostOptions } from "../host-option.ts";
import { fieldOf, listField, numberField, textField } from "../../client/json-fields.ts";
import { wholeNumber } from "../numbers.ts";
import { printTable, type Column } from "../table.ts";
import type { Terminal } from "../terminal.ts";
import { visibleText } from "../visible-text.ts";

type LogOptions = HostOptions & { readonly follow?: boolean };

/** How often a log that is followed is asked for. */
const followMs = 1_000;

export function addFunctions({ program, terminal }: Context): void {
  const functions = program
    .command("functions")
    .description("show what is deployed; roll back or remove a function")
    .addHelpText(
      "after",
      `
Examples:
  $ evento functions                     all of them
  $ evento functions greeting            one, with its versions and last errors
  $ evento functions log greeting -f     what it logs
  $ evento functions rollback greeting 1
  $ evento functions remove greeting`,
    );
  const show = functions
    .command("show", { isDefault: true })
    .description("list functions, or show one (the default)")
    .argument("[name]", "the function to show");
  withHostOptions(show).action(async (name: string | undefined, options: HostOptions) => {
    if (name === undefined) await printFunctions(options, terminal);
    else await printFunction(name, options, terminal);
  });
  withHostOptions(
    functions
      .command("log")
      .description("print what a function logged of late")
      .argument("<name>", "the function")
      .option("-f, --follow", "go on with lines as they come"),
  ).action((name: string, options: LogOptions) => printLog(name, options, terminal));
  withHostOptions(
    functions
      .command("rollback")
      .description("make an earlier version active again")
      .argument("<name>", "the function")
      .argument("<version>", "its number", wholeNumber),
  ).action(async (name: string, version: number, options: HostOptions) => {
    const answer = await clientOf(options).json({
      method: "POST",
      path: ["functions", name, "rollback"],
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ version }),
    });
    if (terminal.isForPerson(options)) terminal.result(`${name} runs version ${textField(answer, "version")}`);
    else terminal.json(answer);
  });
  withHostOptions(
    functions
      .command("remove")
      .description("take a function away; what is for it is parked from then on")
      .argument("<name>", "the function"),
  ).action(async (name: string, options: HostOptions) => {
    await clientOf(options).json({ method: "DELETE", path: ["functions", name] });
    if (terminal.isForPerson(options)) terminal.result(`${name} is removed`);
  });
}

async function printFunctions(options: HostOptions, terminal: Terminal): Promise<void> {
  const rows = listField(await clientOf(options).get(["functions"]), "functions");
  if (!terminal.isForPerson(options)) {
    for (const row of rows) terminal.json(row);
    return;
  }
  printTable(rows, functionColumns, terminal);
  if (rows.length === 0) terminal.note("none: deploy one with `evento deploy`, or start `evento dev`");
}

const functionColumns: readonly Column<unknown>[] = [
  { heading: "FUNCTION", text: (row) => textField(row, "name") },
  { heading: "VERSION", text: (row) => textField(row, "version"), align: "right" },
  { heading: "KINDS", text: kindsText },
  { heading: "OF", text: (row) => textField(row, "aggregate") || eventsText(row) },
  { heading: "STATE", text: (row) => textField(fieldOf(row, "process"), "state") || "rules" },
  { heading: "CALLS", text: (row) => textField(fieldOf(row, "process"), "calls"), align: "right" },
  { heading: "LAG", text: (row) => textField(row, "lag"), align: "right" },
  { heading: "FAILURES", text: (row) => textField(fieldOf(row, "process"), "failures"), align: "right" },
];

async function printFunction(name: string, options: HostOptions, terminal: Terminal): Promise<void> {
  const client = clientOf(options);
  const view = await client.get(["functions", name]);
  if (!terminal.isForPerson(options)) {
    terminal.json(view);
    return;
  }
  printTable([view], functionColumns, terminal);
  for (const error of listField(fieldOf(view, "process"), "last_errors")) {
    const time = new Date(numberField(error, "time")).toISOString();
    terminal.result(
      `  ${terminal.styled(time, "faint")} ${terminal.styled(visibleText(textField(error, "reason")), "bad")}`,
    );
  }
  terminal.result("");
  printTable(listField(await client.get(["functions", name, "versions"]), "versions"), versionColumns, terminal);
}

async function printLog(name: string, options: LogOptions, terminal: Terminal): Promise<void> {
  const client = clientOf(options);
  for (let after = 0; ; await delay(followMs)) {
    const page = await client.get(["functions", name, "lines"], { after });
    // The host has started again: lines are counted anew.
    if (numberField(page, "last") < after) {
      after = 0;
      continue;
    }
    for (const line of listField(page, "lines")) {
      after = numberField(line, "number");
      if (terminal.isForPerson(options)) terminal.result(logText(line, terminal));
      else terminal.json(line);
    }
    if (options.follow !== true) return;
  }
}

function logText(line: unknown, terminal: Terminal): string {
  const time = new Date(numberField(line, "time")).toISOString();
  const level = textField(line, "level");
  const style = level === "error" || level === "warn" ? "bad" : "faint";
  const message = visibleText(textField(line, "message"));
  const about = terminal.styled(visibleText(textField(line, "about")), "faint");
  return `${terminal.styled(time, "faint")} ${terminal.styled(level.padEnd(5), style)} ${message} ${about}`;
}

const versionColumns: readonly Column<unknown>[] = [
  { heading: "VERSION", text: (row) => textField(row, "version"), align: "right" },
  { heading: "DIGEST", text: (row) => textField(row, "digest").slice(0, 12) },
  { heading: "KINDS", text: kindsText },
  { heading: "DEPLOYED", text: (row) => textField(row, "deployed_at") },
];

function kindsText(row: unknown): string {
  return listField(row, "kinds").join(", ");
}

function eventsText(row: unknown): string {
  return listField(row, "events").join(", ");
}
