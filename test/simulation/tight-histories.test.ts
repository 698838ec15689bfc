import { randomInt } from "node:crypto";

import test, { type ExecutionContext } from "ava";

import { findingsIn, HostCopy } from "./host-copy.ts";
import { keptSeeds } from "./kept-seeds.ts";
import { tightLimits } from "./tight-limits.ts";

const historyCount = 10_000;
const freshCount = 200;

test.serial(`nothing that must hold is broken in ${historyCount} histories of a host with narrow bounds`, async (t) => {
  t.timeout(900_000);
  await using copy = await HostCopy.make(tightLimits);
  for (const { seed } of keptSeeds.filter(({ tight }) => tight)) await requireNothingFound(t, copy, seed, 1);
  await requireNothingFound(t, copy, 1, historyCount);
  const fresh = randomInt(2 ** 31);
  t.log(`fresh seeds ${fresh} to ${fresh + freshCount - 1}`);
  await requireNothingFound(t, copy, fresh, freshCount);
});

async function requireNothingFound(t: ExecutionContext, copy: HostCopy, from: number, count: number): Promise<void> {
  const printed = await copy.simulate(["--from", String(from), "--count", String(count)], { deadlineMs: 900_000 });
  t.deepEqual(findingsIn(printed), [], "npm run simulate -- --tight --seed N shows one");
  t.true(printed.includes(`{"histories":${count},`), "all were run");
}
