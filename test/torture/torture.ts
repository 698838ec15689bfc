// npm run torture -- [--minutes 10] [--phase NAME] [--seed N]: a real host under load, and everything that can happen to it.
import { Console } from "node:console";
import { parseArgs } from "node:util";

import { phases } from "./phases.ts";
import { Torture } from "./torture-run.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    phase: { type: "string", multiple: true, default: [] },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const output = new Console(process.stdout);
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const unknown = values.phase.find((name) => !phases.some((phase) => phase.name === name));
if (!(minutes > 0) || !Number.isSafeInteger(seed) || unknown !== undefined) {
  const names = phases.map(({ name, about }) => `  ${name.padEnd(16)}${about}`).join("\n");
  output.log(`npm run torture -- [--minutes 10] [--phase NAME]… [--seed N]\n\n${names}`);
  process.exit(2);
}
// What runs and lies about ends with this process, however it ends.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(130));
output.log(`seed ${seed}, ${minutes} minutes`);
const torture = await Torture.prepare();
let failed = false;
for (const phase of phases) {
  if (values.phase.length > 0 && !values.phase.includes(phase.name)) continue;
  const { text, failure } = await torture.run(phase, { minutes, seed });
  output.log(text);
  failed ||= failure !== undefined;
}
torture.dispose();
process.exit(failed ? 1 : 0);
