import test from "ava";

import { runHistory } from "./history.ts";

async function traceOf(seed: number): Promise<readonly string[]> {
  const lines: string[] = [];
  await runHistory({ seed, onLine: (line) => lines.push(line) });
  return lines;
}

test("a seed gives the same history each time", async (t) => {
  for (let seed = 1; seed <= 20; seed++) {
    const first = await runHistory({ seed });
    // Others in between change nothing.
    await runHistory({ seed: seed + 1_000 });
    t.deepEqual(await runHistory({ seed }), first, `seed ${seed}`);
  }
  t.deepEqual(await traceOf(7), await traceOf(7));
});

test("other seeds give other histories", async (t) => {
  const hashes = new Set<string>();
  for (let seed = 1; seed <= 50; seed++) hashes.add((await runHistory({ seed })).hash);
  t.is(hashes.size, 50);
});

test("everything that can go wrong does so within a thousand histories", async (t) => {
  const wanted = new Set([
    "the host is killed",
    "dies calling",
    "the host is stopped in order",
    "the index is lost",
    "an older index is put in place",
    "the write fails",
    "the clock jumps by -",
    "talks nonsense",
    "is not to be had",
    "the reply to commit is lost",
    "a transaction is torn",
    "the batch is too large",
    "is refused with SEQUENCE_MISMATCH",
    "is refused with EVENT_NOT_FOLDED",
    "is refused with ENTITY_UNKNOWN",
    "deploys version 3 of accounts",
    "rolls accounts back",
    "removes auditor",
    "is away",
    "is refused with COMMAND_TYPE_UNKNOWN",
    "retries post-",
  ]);
  for (let seed = 1; seed <= 1_000 && wanted.size > 0; seed++) {
    const trace = (await traceOf(seed)).join("\n");
    for (const what of wanted) if (trace.includes(what)) wanted.delete(what);
  }
  t.deepEqual([...wanted], []);
});
