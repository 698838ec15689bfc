// What npm run bench can be asked for.
import test from "ava";

import { EventoError } from "../../host/errors.ts";
import { benchHelp, readBenchOptions } from "./bench-options.ts";
import type { Scenario, Section } from "./section.ts";

const measure = (): Promise<Section> => Promise.reject(new Error("nothing is measured here"));
const short: Scenario = { name: "short", about: "takes a minute", isLong: false, measure };
const long: Scenario = { name: "long", about: "takes an hour", isLong: true, measure };
const scenarios = [short, long];

test("without a name the short scenarios run, and for the page all", (t) => {
  t.like(readBenchOptions([], scenarios), { kind: "run", scenarios: [short], isForPage: false });
  t.like(readBenchOptions(["--page"], scenarios), { scenarios: [short, long], isForPage: true });
});

test("named scenarios run in the order of the page, long ones too, and none for the page alone", (t) => {
  t.like(readBenchOptions(["--only", "long,short"], scenarios), { scenarios: [short, long] });
  const request = readBenchOptions(["--only", "none", "--page", "--results", "kept.json"], scenarios);
  t.like(request, { scenarios: [], isForPage: true, results: "kept.json" });
});

test("numbers of clients are a list, and every bound can be set", (t) => {
  const args = [
    "--clients",
    "2,8",
    "--seconds",
    "0.5",
    "--events-max",
    "10",
    "--aggregates-max",
    "5",
    "--restate",
    "r",
  ];
  const settings = { clients: [2, 8], seconds: 0.5, eventsMax: 10, aggregatesMax: 5, restate: "r" };
  t.like(readBenchOptions(args, scenarios), { settings });
});

test("an unknown scenario is refused with the names that there are", (t) => {
  t.is(refusalOf(t.throws(() => readBenchOptions(["--only", "short,quick"], scenarios))), "USAGE_INVALID");
  t.throws(() => readBenchOptions(["--only", "short,quick"], scenarios), {
    message: 'found the scenario "quick", expected some of short, long',
  });
});

for (const args of [
  ["--seconds", "0"],
  ["--seconds", "many"],
  ["--clients", "1,,64"],
  ["--clients", "1.5"],
  ["--events-max", "-1"],
  ["--aggregates-max", ""],
  ["--neighbours"],
  ["surplus"],
  ["--page", "--only", "short"],
])
  test(`${args.join(" ")} is refused`, (t) => {
    t.is(refusalOf(t.throws(() => readBenchOptions(args, scenarios))), "USAGE_INVALID");
  });

test("the help has every scenario with its line, and marks the long ones", (t) => {
  t.is(readBenchOptions(["--help"], scenarios).kind, "help");
  t.regex(benchHelp(scenarios), /short +takes a minute\n +long \* +takes an hour/);
});

function refusalOf(error: unknown): string | undefined {
  return error instanceof EventoError ? error.code : undefined;
}
