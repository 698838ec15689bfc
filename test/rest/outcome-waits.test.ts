import { setImmediate, setTimeout as delay } from "node:timers/promises";

import test from "ava";

import { OutcomeWaits } from "../../host/rest/outcome-waits.ts";

test("a value that comes within the wait is given, and a failure with it", async (t) => {
  const waits = new OutcomeWaits();
  t.is(await waits.firstOf(Promise.resolve("done"), 10_000), "done");
  await t.throwsAsync(waits.firstOf(Promise.reject(new Error("refused")), undefined), { message: "refused" });
});

test("a wait that ends before its value gives nothing, and what comes later is dropped", async (t) => {
  const waits = new OutcomeWaits();
  const { promise, reject } = Promise.withResolvers<string>();
  t.is(await waits.firstOf(promise, 1), undefined);
  reject(new Error("too late for anybody to hear"));
  await setImmediate();
});

test("all waits end when nothing more will be decided, those that begin then too", async (t) => {
  const waits = new OutcomeWaits();
  const { promise } = Promise.withResolvers<string>();
  const waiting = [waits.firstOf(promise, undefined), waits.firstOf(promise, 10_000)];
  t.is(await Promise.race([...waiting, delay(5, "still waiting")]), "still waiting");
  waits.drain();
  t.deepEqual(await Promise.all([...waiting, waits.firstOf(promise, undefined)]), [undefined, undefined, undefined]);
});
