import { readFileSync } from "node:fs";

import test from "ava";

import { knownProblems } from "../../host/rest/problem.ts";

const text = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");

test("every code that HTTP answers have is documented with its status, its meaning and what to do", (t) => {
  for (const { code, status, title } of knownProblems()) {
    const row = text.split("\n").find((line) => line.startsWith(`| \`${code}\``));
    const cells = (row ?? "").split("|").map((cell) => cell.trim());
    t.deepEqual(cells.slice(1, 4), [`\`${code}\``, String(status), title]);
    t.true((cells[4] ?? "").length > 0, `${code} says what to do`);
  }
});
