// The API of a running host against a model of its contract. MODEL_RUNS=100 tries more; MODEL_SEED=n tries the same again, and
// takes as long as it takes to shrink what it finds.
import test from "ava";
import * as fc from "fast-check";

import { apiCommands, checkWhole, openAccounts } from "./api-commands.ts";
import { ApiHost } from "./api-host.ts";
import { ApiModel } from "./api-model.ts";

const numRuns = Number(process.env["MODEL_RUNS"] ?? 10);
const seed = Number(process.env["MODEL_SEED"] ?? Date.now() % 1_000_000);
/** On a busy machine fewer runs have to do. */
const timeLimit = process.env["MODEL_SEED"] === undefined ? { interruptAfterTimeLimit: numRuns * 3_000 } : {};

test("whatever clients do, the host answers as its contract says, also after it was killed", async (t) => {
  t.timeout(600_000);
  t.log(`seed ${seed}`);
  const host = await ApiHost.start(t);
  const counts = new Map<string, number>();
  let runCount = 0;
  const property = fc.asyncProperty(apiCommands, async (commands) => {
    const model = new ApiModel({ run: `r${++runCount}`, counts });
    await openAccounts(model, host);
    await fc.asyncModelRun(() => ({ model, real: host }), commands);
    await checkWhole(model, host);
  });
  await t.notThrowsAsync(fc.assert(property, { numRuns, seed, includeErrorInReport: true, ...timeLimit }));
  t.log(`${runCount} runs`, Object.fromEntries(counts));
});
