import test from "ava";

import { RestartBackoff } from "../../host/functions/restart-backoff.ts";

/** A clock that stands still, and chance that always says the middle: no jitter. */
function backoffAt(clock: { now: number }, fraction = 0.5): RestartBackoff {
  return new RestartBackoff({ now: () => clock.now, fraction: () => fraction });
}

test("the first death in a row is followed by a start at once, the others by doubled waits", (t) => {
  const backoff = backoffAt({ now: 0 });
  const waits = Array.from({ length: 5 }, () => {
    backoff.died();
    return backoff.waitMs;
  });
  t.deepEqual(waits, [0, 50, 100, 200, 400]);
});

test("no wait is longer than ten seconds and a quarter more", (t) => {
  const backoff = backoffAt({ now: 0 }, 1);
  for (let count = 0; count < 60; count++) backoff.died();
  t.is(backoff.waitMs, 12_500);
});

test("a wait passes with the clock", (t) => {
  const clock = { now: 0 };
  const backoff = backoffAt(clock);
  for (let count = 0; count < 4; count++) backoff.died();
  clock.now += 150;
  t.is(backoff.waitMs, 50);
  clock.now += 100;
  t.is(backoff.waitMs, 0);
});

test("five deaths within thirty seconds are failing, over a longer time they are not", (t) => {
  const clock = { now: 0 };
  const quick = backoffAt(clock);
  const slow = backoffAt(clock);
  for (let count = 0; count < 4; count++) quick.died();
  t.false(quick.failing);
  quick.died();
  t.true(quick.failing);
  for (let count = 0; count < 20; count++) {
    slow.died();
    clock.now += 8_000;
  }
  t.false(slow.failing);
});

test("an answer ends the row of deaths", (t) => {
  const backoff = backoffAt({ now: 0 });
  for (let count = 0; count < 5; count++) backoff.died();
  backoff.answered();
  t.false(backoff.failing);
  t.is(backoff.waitMs, 0);
  backoff.died();
  t.is(backoff.waitMs, 0);
});
