import test from "ava";

import { type LogLine, LogLines, printable } from "../../host/functions/log-lines.ts";
import { logLinesBurstMax, logLinesPerSecondMax } from "../../host/limits.ts";

const fn = { name: "f", digest: "d" };

function linesAt(clock: { now: number }): { lines: LogLine[]; put: (text: string) => void } {
  const lines: LogLine[] = [];
  const log = new LogLines({ logger: (line) => lines.push(line), now: () => clock.now });
  return { lines, put: (text) => log.put(fn, { level: 2, text, about: "command-1" }) };
}

test("control characters and marks that turn text around are written as escapes", (t) => {
  t.is(
    printable("a\u001b[31mb\r\nc\u0000\u009b\u202e\u2028"),
    "a\\u001b[31mb\\u000d\\u000ac\\u0000\\u009b\\u202e\\u2028",
  );
});

test("other scripts stay as they are, halves of characters do not", (t) => {
  t.is(printable("Grüße, 你好 🙂"), "Grüße, 你好 🙂");
  t.is(printable("\ud83d"), "\ufffd");
});

test("a line has at most 1 KiB characters, escapes included", (t) => {
  t.is(printable("x".repeat(5_000)).length, 1_024);
  t.is(printable("\n".repeat(5_000)).length, 1_024);
});

test("a line tells the function, its version and the level", (t) => {
  const { lines, put } = linesAt({ now: 0 });
  put("hello");
  t.deepEqual(lines, [{ name: "f", digest: "d", level: "info", about: "command-1", message: "hello" }]);
});

test("past the burst lines are dropped, and the next line that goes out tells how many", (t) => {
  const clock = { now: 0 };
  const { lines, put } = linesAt(clock);
  for (let count = 0; count < logLinesBurstMax + 7; count++) put("line");
  t.is(lines.length, logLinesBurstMax);
  clock.now += 1_000;
  put("later");
  t.deepEqual(
    lines.slice(logLinesBurstMax).map(({ level, message }) => [level, message]),
    [
      ["warn", "7 lines were dropped: too many at once"],
      ["info", "later"],
    ],
  );
});

test("after a second there is room for as many lines as are allowed a second", (t) => {
  const clock = { now: 0 };
  const { lines, put } = linesAt(clock);
  for (let count = 0; count < logLinesBurstMax; count++) put("line");
  clock.now += 1_000;
  for (let count = 0; count < 1_000; count++) put("more");
  t.is(lines.filter(({ message }) => message === "more").length, logLinesPerSecondMax);
});
