import test from "ava";

import { CircuitBreaker } from "../../host/snapshots/circuit-breaker.ts";

function makeBreaker(callsMax = 10) {
  const clock = { time: 0, now: () => clock.time };
  return { clock, breaker: new CircuitBreaker({ clock, callsMax }) };
}

const works = async (): Promise<string> => "yes";
const fails = async (): Promise<string> => {
  throw new Error("away");
};

async function kindsOf(breaker: CircuitBreaker, calls: readonly (() => Promise<string>)[]): Promise<string[]> {
  const kinds = [];
  for (const call of calls) kinds.push((await breaker.run(call)).kind);
  return kinds;
}

test("failures with a success between them leave it closed", async (t) => {
  const { breaker } = makeBreaker();
  t.deepEqual(await kindsOf(breaker, [fails, fails, works, fails, fails]), [
    "failed",
    "failed",
    "done",
    "failed",
    "failed",
  ]);
  t.is(breaker.state, "closed");
});

test("after three failures in a row calls are left out for a second", async (t) => {
  const { breaker, clock } = makeBreaker();
  await kindsOf(breaker, [fails, fails, fails]);
  clock.time = 999;
  t.deepEqual(await kindsOf(breaker, [works]), ["left-out"]);
  clock.time = 1_000;
  t.deepEqual(await kindsOf(breaker, [works, works]), ["done", "done"]);
});

test("each try that fails makes the pause twice as long, up to a minute", async (t) => {
  const { breaker, clock } = makeBreaker();
  await kindsOf(breaker, [fails, fails, fails]);
  const pauses = [];
  for (let step = 0; step < 9; step++) {
    const begun = clock.time;
    while ((await kindsOf(breaker, [fails]))[0] === "left-out") clock.time += 500;
    pauses.push(clock.time - begun);
  }
  t.deepEqual(pauses, [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
});

test("one call alone tries whether the store is back", async (t) => {
  const { breaker, clock } = makeBreaker();
  await kindsOf(breaker, [fails, fails, fails]);
  clock.time = 1_000;
  const answer = Promise.withResolvers<string>();
  const trying = breaker.run(() => answer.promise);
  t.deepEqual(await kindsOf(breaker, [works]), ["left-out"]);
  answer.resolve("yes");
  t.is((await trying).kind, "done");
  t.deepEqual(await kindsOf(breaker, [works]), ["done"]);
});

test("a call beyond those that may be under way is left out", async (t) => {
  const { breaker } = makeBreaker(1);
  const answer = Promise.withResolvers<string>();
  const first = breaker.run(() => answer.promise);
  t.deepEqual(await kindsOf(breaker, [works]), ["left-out"]);
  answer.resolve("yes");
  await first;
  t.deepEqual(await kindsOf(breaker, [works]), ["done"]);
});
