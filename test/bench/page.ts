// docs/performance.md: what was found, the goals first, then a section a scenario with its plots.
import { figureText } from "./figures.ts";
import { isHeld } from "./goal-text.ts";
import type { Machine, Result } from "./results.ts";
import type { Plot, Row, Section } from "./section.ts";

/** Of the plots, beside the page. */
export const plotFolder = "performance";

/** The page as Markdown, with tables as the formatter makes them. */
export function pageOf(results: readonly Result[]): string {
  const parts = [opening, machineOf(results), "## Goals", goalsOf(results), howToRead];
  for (const { section } of results) parts.push(...partsOf(section));
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const opening = `# Performance

Made by \`npm run bench -- --page --restate <folder>\`, where the folder has Restate's packages
(\`npm i @restatedev/restate-server @restatedev/restate-sdk\`). \`npm run bench -- --help\` lists the parts; with \`--results <file>\` they can be
run one by one, and the page is made of all that the file holds.`;

const howToRead = `**How to read it.** Ratios travel, absolute figures don't: both sides of a ratio ran on one machine in turns, but another disk, processor or kernel
moves every rate. The clients ran on the same cores as the servers, so a rate is what is left beside them. "Others' CPU" is the share of
the machine that neither the server nor its clients had: above some 10 % a figure tells of the machine's other work too, and times near a
sync suffer first. A goal that is missed stays here until it is held.`;

function machineOf(results: readonly Result[]): string {
  const groups = Map.groupBy(results, ({ date, machine }) => `${date}: ${machineText(machine)}.`);
  // Nearly always one: then it need not be said of what.
  if (groups.size <= 1) return [...groups.keys()].join("");
  return [...groups]
    .map(([text, ran]) => `- ${text} ${ran.map(({ section }) => section.title).join(", ")}.`)
    .join("\n");
}

function machineText({ cores, processor, memoryGiB, kernel, node }: Machine): string {
  return `${cores} cores (${processor}), ${memoryGiB} GiB, Linux ${kernel}, Node ${node}`;
}

function goalsOf(results: readonly Result[]): string {
  const rows = results.flatMap(({ section: { goals } }) =>
    goals.map((goal) => ({
      what: goal.what,
      found: figureText(goal.found),
      goal: `${goal.bound} ${figureText(goal.goal)}`,
      "": isHeld(goal) ? "held" : "**missed**",
    })),
  );
  return tableOf(rows);
}

function partsOf({ title, about, rows, plots }: Section): readonly string[] {
  return [`## ${title}`, about, tableOf(rows), ...plots.map(imageOf)];
}

function imageOf({ name, title }: Plot): string {
  return `![${title}](${plotFolder}/${name}.svg)`;
}

function tableOf(rows: readonly Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (columns.length === 0) return "";
  const isFigure = (column: string): boolean =>
    rows.every(({ [column]: value = "" }) => typeof value === "number" || value === "");
  const cells = [columns, ...rows.map((row) => columns.map((column) => cellText(row[column])))];
  const widths = columns.map((_, at) => Math.max(3, ...cells.map((line) => line[at]?.length ?? 0)));
  const padded = (cell: string, at: number): string => {
    const width = widths[at] ?? 0;
    return isFigure(columns[at] ?? "") ? cell.padStart(width) : cell.padEnd(width);
  };
  const lineOf = (line: readonly string[]): string => `| ${line.map(padded).join(" | ")} |`;
  const rule = columns.map((column, at) => {
    const width = widths[at] ?? 0;
    return isFigure(column) ? `${"-".repeat(width - 1)}:` : "-".repeat(width);
  });
  const [head = [], ...body] = cells;
  return [lineOf(head), `| ${rule.join(" | ")} |`, ...body.map(lineOf)].join("\n");
}

function cellText(value: string | number | undefined): string {
  if (value === undefined) return "";
  return typeof value === "number" ? figureText(value) : value.replaceAll("|", "\\|");
}
