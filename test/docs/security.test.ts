import { existsSync, readFileSync } from "node:fs";

import test from "ava";

import { settings } from "../../host/config.ts";

const text = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");

test("each attack that the documentation lists has a test of the name that it gives", (t) => {
  const rows = [...text.matchAll(/\| (?:access|rest|schemas|functions)\/.* \|$/gm)].map(([row]) => row);
  t.true(rows.length > 20);
  for (const row of rows) {
    const [, file = "", name = ""] = /^\| ([\w/-]+): (.*?) +\|$/.exec(row.replace(/ +\|$/, " |")) ?? [];
    const path = new URL(`../${file}.test.ts`, import.meta.url);
    t.true(existsSync(path), row);
    const code = readFileSync(path, "utf8");
    // What differs from test to test of one kind is written as dots.
    for (const part of name.split("…")) t.true(code.includes(part.trim()), `${file}: ${part}`);
  }
});

test("every setting that it names is one", (t) => {
  const names = new Set([...text.matchAll(/\bEVENTO_[A-Z_]+/g)].map(([name]) => name));
  const others = new Set(["EVENTO_TOKEN"]);
  for (const name of names) {
    const isSetting = Object.hasOwn(settings, name.replace("EVENTO_", "").toLowerCase());
    t.true(isSetting || others.has(name), name);
  }
});
