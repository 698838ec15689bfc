import test from "ava";

import { findingsIn, HostCopy } from "./host-copy.ts";
import { plantedBugs } from "./planted-bugs.ts";
import { tightLimits } from "./tight-limits.ts";

const historyCount = 2_000;

for (const { name, invariant, bounds, changes } of plantedBugs)
  test.serial(`the simulator finds that ${name}`, async (t) => {
    t.timeout(180_000);
    await using copy = await HostCopy.make(bounds === "wide" ? changes : [...changes, ...tightLimits]);
    const args = ["--count", String(historyCount), "--until-found", invariant];
    const findings = findingsIn(await copy.simulate(args, { deadlineMs: 150_000 }));
    const found = findings.find((finding) => finding.invariant === invariant);
    t.truthy(
      found,
      `${historyCount} histories show no breach of ${invariant}, but ${JSON.stringify(findings.slice(0, 3))}`,
    );
    t.log(`seed ${found?.seed}: ${found?.message}`);
  });

test("a planted bug whose place has changed is told", async (t) => {
  const gone = { file: "host/limits.ts", find: "there is no such text", replace: "" };
  await t.throwsAsync(HostCopy.make([gone]), { message: /found 0 times in host\/limits.ts, expected once/ });
});
