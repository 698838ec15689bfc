// What npm run bench is asked for.
import { parseArgs } from "node:util";

import { EventoError, reasonOf } from "../../host/errors.ts";
import type { BenchSettings, Scenario } from "./section.ts";

export type BenchRequest =
  | { readonly kind: "help" }
  | {
      readonly kind: "run";
      readonly scenarios: readonly Scenario[];
      readonly settings: BenchSettings;
      /** Whether the page is written. */
      readonly isForPage: boolean;
      /** File that keeps the sections of several runs. */
      readonly results: string | undefined;
    };

/** For `--only`: no scenario, to write the page anew of what is kept. */
const noScenario = "none";

const options = {
  only: { type: "string" },
  seconds: { type: "string", default: "5" },
  clients: { type: "string", default: "1,16,64" },
  restate: { type: "string" },
  "events-max": { type: "string", default: "5000000" },
  "aggregates-max": { type: "string", default: "1000000" },
  page: { type: "boolean", default: false },
  results: { type: "string" },
  help: { type: "boolean", default: false },
} as const;

/** @throws EventoError USAGE_INVALID */
export function readBenchOptions(args: readonly string[], scenarios: readonly Scenario[]): BenchRequest {
  const values = valuesOf(args);
  if (values.help) return { kind: "help" };
  if (values.page && values.only !== undefined && values.results === undefined)
    throw usageInvalid("found --page with --only, expected --results with a file that has the other sections");
  return {
    kind: "run",
    scenarios: chosen(values.only, scenarios, { isForPage: values.page }),
    settings: {
      seconds: positive("--seconds", values.seconds),
      clients: values.clients.split(",").map((clients) => count("--clients", clients)),
      eventsMax: count("--events-max", values["events-max"]),
      aggregatesMax: count("--aggregates-max", values["aggregates-max"]),
      restate: values.restate,
    },
    isForPage: values.page,
    results: values.results,
  };
}

export function benchHelp(scenarios: readonly Scenario[]): string {
  return `npm run bench -- [options]: rates of this machine, each beside what it is to be held against

  --only a,b             these scenarios; "none" to write the page anew
  --seconds 5            length of one measurement
  --clients 1,16,64      clients that wait for their answers at once
  --restate <folder>     with Restate as a peer: the folder has its packages,
                         npm i @restatedev/restate-server @restatedev/restate-sdk
  --events-max 5000000   events up to which the log is let grow
  --aggregates-max 1000000
                         aggregates up to which it is spread
  --page                 all scenarios, and docs/performance.md of what they find
  --results <file>       keep sections there; those of earlier runs are on the page too

scenarios, of which those with a * are long and run only by name or for the page:
${scenarios.map(({ name, about, isLong }) => `  ${`${name}${isLong ? " *" : ""}`.padEnd(22)} ${about}`).join("\n")}
`;
}

function valuesOf(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw usageInvalid(reasonOf(error), error);
  }
}

function chosen(
  only: string | undefined,
  scenarios: readonly Scenario[],
  { isForPage }: { isForPage: boolean },
): readonly Scenario[] {
  if (only === undefined) return scenarios.filter(({ isLong }) => isForPage || !isLong);
  if (only === noScenario) return [];
  const names = only.split(",");
  const unknown = names.find((name) => !scenarios.some((scenario) => scenario.name === name));
  if (unknown !== undefined) {
    const known = scenarios.map(({ name }) => name).join(", ");
    throw usageInvalid(`found the scenario "${unknown}", expected some of ${known}`);
  }
  return scenarios.filter(({ name }) => names.includes(name));
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw usageInvalid(`found "${text}" for ${option}, expected a number above 0`);
}

function count(option: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw usageInvalid(`found "${text}" for ${option}, expected whole numbers above 0`);
}

function usageInvalid(message: string, cause?: unknown): EventoError {
  return new EventoError("USAGE_INVALID", message, { hint: "npm run bench -- --help", cause });
}
