// Runs histories from the command line: `--seed N` one of them with what happened in it, `--from S --count N` many.
import { parseArgs } from "node:util";

import { runHistory } from "./history.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    from: { type: "string", default: "1" },
    count: { type: "string", default: "1000" },
  },
});

// Errors are made by the thousand and never looked into.
if (values.seed === undefined) Error.stackTraceLimit = 0;

if (values.seed !== undefined) {
  const outcome = await runHistory({ seed: Number(values.seed), onLine: (line) => console.log(line) });
  console.log(outcome);
} else {
  const from = Number(values.from);
  const count = Number(values.count);
  const start = performance.now();
  const sums = { steps: 0, lives: 0, events: 0 };
  let failed = 0;
  for (let seed = from; seed < from + count; seed++)
    try {
      const { steps, lives, events } = await runHistory({ seed });
      sums.steps += steps;
      sums.lives += lives;
      sums.events += events;
    } catch (error) {
      failed++;
      console.log(`seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  const seconds = (performance.now() - start) / 1_000;
  console.log({ count, failed, ...sums, seconds: seconds.toFixed(1), perSecond: (count / seconds).toFixed(0) });
}
