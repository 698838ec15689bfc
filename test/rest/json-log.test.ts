import { PassThrough } from "node:stream";

import test from "ava";

import { JsonLog } from "../../host/json-log.ts";

function lines(write: (log: JsonLog) => void): readonly string[] {
  const stream = new PassThrough().setEncoding("utf8");
  write(new JsonLog({ stream }));
  return String(stream.read()).trimEnd().split("\n");
}

test("a line is one JSON object with time, level, event and fields", (t) => {
  const [line = ""] = lines((log) => log.log("warn", "host.slow", { ms: 12, id: "x" }));
  const { time, ...rest } = JSON.parse(line);
  t.deepEqual(rest, { level: "warn", event: "host.slow", ms: 12, id: "x" });
  t.false(Number.isNaN(Date.parse(time)));
});

test("no text can forge a line or reach a terminal", (t) => {
  const found = lines((log) => log.log("info", "x", { reason: 'a\n{"level":"error"}\r\u001b[31m\u0085\u2028\u202e' }));
  t.is(found.length, 1);
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  t.notRegex(found[0] ?? "", /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e]/);
  t.is(JSON.parse(found[0] ?? "").reason, 'a\n{"level":"error"}\r\u001b[31m\u0085\u2028\u202e');
});

test("a field can't be without end", (t) => {
  const [line = ""] = lines((log) => log.log("info", "x", { reason: "x".repeat(1_000_000) }));
  t.true(line.length < 10_000);
});

test("a field does not take the place of what every line has", (t) => {
  const [line = ""] = lines((log) => log.log("info", "x", { level: "error", event: "forged" }));
  t.like(JSON.parse(line), { level: "info", event: "x" });
});
