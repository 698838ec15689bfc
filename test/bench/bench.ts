// npm run bench: what this machine makes of the product, each figure beside one of the same run, since only ratios travel.
import { Console } from "node:console";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { EventoError } from "../../host/errors.ts";
import { benchHelp, readBenchOptions, type BenchRequest } from "./bench-options.ts";
import { goalLine } from "./goal-text.ts";
import { pageOf, plotFolder } from "./page.ts";
import { svgOf } from "./plot.ts";
import { merged, readResults, thisMachine, writeResults, type Result } from "./results.ts";
import { scenarios } from "./scenarios.ts";
import type { Section } from "./section.ts";

const docs = new URL("../../docs/", import.meta.url);
const output = new Console(process.stdout, process.stderr);

try {
  const request = readBenchOptions(process.argv.slice(2), scenarios);
  if (request.kind === "help") output.log(benchHelp(scenarios));
  else await run(request);
} catch (error) {
  if (!(error instanceof EventoError)) throw error;
  output.error(`${error.message}${error.hint === undefined ? "" : `\n${error.hint}`}`);
  process.exitCode = 2;
}

async function run({ scenarios: asked, settings, isForPage, results: path }: BenchRequest & { kind: "run" }) {
  if (settings.restate === undefined && asked.some(({ name }) => name === "commands"))
    output.error("RESTATE IS LEFT OUT: give the folder of its packages with --restate <folder>");
  let results = path === undefined ? [] : await readResults(path);
  const names = scenarios.map(({ name }) => name);
  for (const { name, measure } of asked) {
    output.error(`${name} …`);
    const section = await measure(settings);
    print(section);
    const found: Result = { name, date: new Date().toISOString().slice(0, 10), machine: thisMachine(), section };
    results = merged(results, [found], names);
    // Kept at once: what comes after may take an hour, and fail.
    if (path !== undefined) await writeResults(path, results);
  }
  if (isForPage) await writePage(results);
}

function print({ title, rows, goals }: Section): void {
  output.log(`\n${title}`);
  output.table(rows);
  for (const goal of goals) output.log(goalLine(goal));
}

async function writePage(results: readonly Result[]): Promise<void> {
  const folder = new URL(`${plotFolder}/`, docs);
  await mkdir(folder, { recursive: true });
  const plots = results.flatMap(({ section }) => section.plots);
  const files = new Set(plots.map(({ name }) => `${name}.svg`));
  for (const file of await readdir(folder)) if (!files.has(file)) await rm(new URL(file, folder));
  for (const plot of plots) await writeFile(new URL(`${plot.name}.svg`, folder), await svgOf(plot));
  const page = new URL("performance.md", docs);
  await writeFile(page, pageOf(results));
  output.log(`\nwrote ${fileURLToPath(page)}`);
}
