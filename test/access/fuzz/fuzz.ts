// `npm run fuzz -- --minutes N [--seed S] [--only TARGET] [--corpus FOLDER]`: changed inputs for everything that reads what others
// sent. A corpus is a folder of components of another's making, such as wasm-smith's.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { fuzz } from "./fuzz-run.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "5" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    only: { type: "string" },
    corpus: { type: "string" },
  },
});
const seed = Number(values.seed);
const corpus = values.corpus === undefined ? [] : await componentsIn(values.corpus);
let total = 0;
process.stdout.write(`seed ${seed}\n`);
await fuzz({
  seed,
  ms: Number(values.minutes) * 60_000,
  only: values.only,
  corpus,
  onReport: ({ target, inputs, seconds }) => {
    total += inputs;
    const rate = Math.round(inputs / seconds).toLocaleString("en");
    process.stdout.write(
      `${target.padEnd(20)} ${inputs.toLocaleString("en").padStart(12)} inputs  ${rate.padStart(9)} a second\n`,
    );
  },
});
process.stdout.write(`${total.toLocaleString("en")} inputs, nothing found\n`);

async function componentsIn(folder: string): Promise<readonly Uint8Array[]> {
  const names = (await readdir(folder)).toSorted();
  return await Promise.all(names.map((name) => readFile(join(folder, name))));
}
