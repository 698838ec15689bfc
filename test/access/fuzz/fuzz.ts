// `npm run fuzz -- --minutes N [--seed S]`: changed inputs for everything that reads what others sent.
import { parseArgs } from "node:util";

import { fuzz } from "./fuzz-run.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
  },
});
const seed = Number(values.seed);
let total = 0;
process.stdout.write(`seed ${seed}\n`);
await fuzz({
  seed,
  ms: Number(values.minutes) * 60_000,
  onReport: ({ target, inputs, seconds }) => {
    total += inputs;
    const rate = Math.round(inputs / seconds).toLocaleString("en");
    process.stdout.write(
      `${target.padEnd(20)} ${inputs.toLocaleString("en").padStart(12)} inputs  ${rate.padStart(9)} a second\n`,
    );
  },
});
process.stdout.write(`${total.toLocaleString("en")} inputs, nothing found\n`);
