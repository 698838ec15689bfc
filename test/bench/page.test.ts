// The page of the benchmark, made of what was found.
import test from "ava";

import { goalLine } from "./goal-text.ts";
import { pageOf } from "./page.ts";
import { merged, type Machine, type Result } from "./results.ts";
import type { Section } from "./section.ts";

const machine: Machine = { cores: 2, processor: "a processor", memoryGiB: 24, kernel: "6.1", node: "26.10.0" };
const section: Section = {
  title: "Commands",
  about: "As fast as they go.",
  rows: [
    { target: "Evento", "commands/s": 4_512.4, "p50 ms": 1.2345 },
    { target: "roof | line", "commands/s": 12_000, "p50 ms": 0.7 },
  ],
  goals: [
    { what: "rate", found: 0.376, bound: "at least", goal: 0.9 },
    { what: "time", found: 1.1, bound: "at most", goal: 1.2 },
  ],
  plots: [{ name: "rates", title: "Rates", kind: "bars", x: { label: "" }, y: { label: "" }, series: [] }],
};
const result = (given: Partial<Result>): Result => ({
  name: "commands",
  date: "2026-01-02",
  machine,
  section,
  ...given,
});

test("goals come first, each with what was found and whether it is held", (t) => {
  const page = pageOf([result({})]);
  t.regex(
    page,
    /\| rate \| 0\.376 \| at least 0\.9 \| \*\*missed\*\* \|\n\| time \| 1\.1 {3}\| at most 1\.2 {2}\| held {7}\|/,
  );
  t.true(page.indexOf("## Goals") < page.indexOf("## Commands"));
});

test("a section has its rows with figures of three digits, and its plots", (t) => {
  const page = pageOf([result({})]);
  t.true(page.includes("| Evento       |      4,512 |   1.23 |"));
  t.true(page.includes(String.raw`| roof \| line |     12,000 |    0.7 |`));
  t.true(page.includes("![Rates](performance/rates.svg)"));
});

test("a row that lacks a column of another leaves it empty", (t) => {
  const rows = [{ one: 1 }, { two: "b" }];
  t.true(pageOf([result({ section: { ...section, rows } })]).includes("|   1 |     |\n|     | b   |"));
});

test("the machine is told once, and by section when runs were on different days", (t) => {
  const told = "2 cores (a processor), 24 GiB, Linux 6.1, Node 26.10.0";
  const growth = { ...section, title: "Growth" };
  t.true(pageOf([result({}), result({ section: growth })]).includes(`\n\n2026-01-02: ${told}.\n\n`));
  t.true(
    pageOf([result({}), result({ date: "2026-01-03", section: growth })]).includes(
      `- 2026-01-02: ${told}. Commands.\n- 2026-01-03: ${told}. Growth.`,
    ),
  );
});

test("a new run of a scenario takes the place of the one before, and leaves the others", (t) => {
  const kept = [result({ name: "growth" }), result({ date: "2026-01-01" })];
  const results = merged(kept, [result({ date: "2026-01-05" })], ["commands", "growth", "sync"]);
  t.deepEqual(
    results.map(({ name, date }) => [name, date]),
    [
      ["commands", "2026-01-05"],
      ["growth", "2026-01-02"],
    ],
  );
});

test("a goal's line says how far it is held", (t) => {
  t.is(goalLine({ what: "rate", found: 0.4567, bound: "at least", goal: 0.9 }), "rate: 0.457 of at least 0.9, missed");
  t.is(goalLine({ what: "time", found: 1.2, bound: "at most", goal: 1.2 }), "time: 1.2 of at most 1.2, held");
});
