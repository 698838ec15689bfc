// The short form of `npm run torture`. TORTURE_SEED=n does the same again.
import { cp, rm } from "node:fs/promises";

import test from "ava";

import { phases } from "./phases.ts";
import { Siege } from "./siege.ts";
import { Torture } from "./torture-run.ts";

const minutes = 1.25;
const seed = Number(process.env["TORTURE_SEED"] ?? Date.now() % 1_000_000);
let torture: Torture;

test.before(async (t) => {
  t.timeout(120_000);
  torture = await Torture.prepare();
});
test.after.always(() => torture.dispose());

for (const phase of phases)
  test.serial(`nothing is lost, done twice or out of order when ${phase.about}`, async (t) => {
    t.timeout(400_000);
    const { text, failure } = await torture.run(phase, { minutes, seed });
    t.log(`seed ${seed}: ${text}`);
    t.is(failure, undefined);
  });

test.serial("a host that lost what it had told is found out", async (t) => {
  t.timeout(120_000);
  const siege = await Siege.begin(torture.bench(seed));
  try {
    await siege.start();
    await siege.load({ answers: 5 });
    await siege.end("SIGTERM");
    const earlier = `${siege.data}-earlier`;
    await cp(siege.data, earlier, { recursive: true });
    await siege.start();
    await siege.load({ answers: 20 });
    await siege.end("SIGTERM");
    // An older copy of all of it is sound in itself: only from outside can it be told.
    await rm(siege.data, { recursive: true });
    await cp(earlier, siege.data, { recursive: true });
    await t.throwsAsync(siege.start(), {
      message:
        /^the log has \d+ events, expected at least \d+|^c\d+-.* was (answered|accepted with 202 and is not known)/,
    });
  } finally {
    await siege.dispose();
  }
});
