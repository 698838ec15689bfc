import { randomInt } from "node:crypto";

import test from "ava";

import { runHistory } from "./history.ts";
import { keptSeeds } from "./kept-seeds.ts";

const historyCount = 10_000;
const freshCount = 200;

for (const { seed, why } of keptSeeds.filter(({ tight }) => !tight))
  test.serial(`nothing is broken any more in the history ${seed}, which once showed that ${why}`, async (t) => {
    await t.notThrowsAsync(runHistory({ seed }));
  });

test.serial(`nothing that must hold is broken in ${historyCount} histories`, async (t) => {
  t.timeout(900_000);
  for (let seed = 1; seed <= historyCount; seed++) await runSeed(seed);
  t.pass();
});

test.serial("nothing that must hold is broken in histories that nobody has seen before", async (t) => {
  t.timeout(300_000);
  const first = randomInt(2 ** 31);
  t.log(`seeds ${first} to ${first + freshCount - 1}`);
  for (let seed = first; seed < first + freshCount; seed++) await runSeed(seed);
  t.pass();
});

async function runSeed(seed: number): Promise<void> {
  try {
    await runHistory({ seed });
  } catch (cause) {
    throw new Error(`seed ${seed}: npm run simulate -- --seed ${seed}`, { cause });
  }
}
