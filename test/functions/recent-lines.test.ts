import test from "ava";

import type { LogLine } from "../../host/functions/log-lines.ts";
import { RecentLines } from "../../host/functions/recent-lines.ts";
import { functionLinesKeptMax, functionsWithLinesMax } from "../../host/limits.ts";

const line = (name: string, message: string): LogLine => ({
  name,
  digest: "d",
  level: "info",
  about: "command-1",
  message,
});

test("the newest lines of a function are kept, numbered on, and no more than may be", (t) => {
  const recent = new RecentLines({ now: () => 7 });
  for (let number = 1; number <= functionLinesKeptMax + 5; number++) recent.put(line("box", `line ${number}`));
  const kept = recent.of("box", { after: 0 });
  t.is(kept.length, functionLinesKeptMax);
  t.deepEqual(kept[0], { number: 6, time: 7, digest: "d", level: "info", about: "command-1", message: "line 6" });
  t.deepEqual(
    recent.of("box", { after: functionLinesKeptMax + 3 }).map(({ number }) => number),
    [functionLinesKeptMax + 4, functionLinesKeptMax + 5],
  );
});

test("the function that has been silent for longest makes room for one more", (t) => {
  const recent = new RecentLines({ now: () => 7 });
  for (let index = 0; index < functionsWithLinesMax; index++) recent.put(line(`fn-${index}`, "first"));
  recent.put(line("fn-0", "second"));
  recent.put(line("one-more", "first"));
  t.is(recent.of("fn-0", { after: 0 }).length, 2);
  t.is(recent.of("fn-1", { after: 0 }).length, 0);
  t.is(recent.of("one-more", { after: 0 }).length, 1);
});
