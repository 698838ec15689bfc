import test from "ava";

import { TurnPace } from "../../host/engine/turn-pace.ts";
import { heavyTurnEvents, turnRestMsPerEvent } from "../../host/limits.ts";
import { ManualClock } from "./manual-clock.ts";

const restMs = heavyTurnEvents * turnRestMsPerEvent;

function makeBench() {
  const clock = new ManualClock();
  const pace = new TurnPace({ timers: { after: (delayMs, task) => void clock.schedule(delayMs, task) } });
  const started: string[] = [];
  return {
    clock,
    pace,
    started,
    /** Asks for a turn as a mailbox does; whether it had to wait. */
    ask: (type: string, name: string): boolean => pace.holds(type, () => started.push(name)),
  };
}

test("turns of few events never wait, however many there are", (t) => {
  const { pace, ask } = makeBench();
  for (let turn = 0; turn < 1_000; turn++) {
    pace.ended("Usual", heavyTurnEvents - 1);
    pace.ended("Other", 1);
    t.false(ask("Usual", "next"));
  }
});

test("after a heavy turn its type rests and then has one turn at a time, while other types go on", async (t) => {
  const { clock, pace, started, ask } = makeBench();
  pace.ended("Usual", 1);
  pace.ended("Heavy", heavyTurnEvents);
  t.false(ask("Usual", "usual"));
  for (const name of ["first", "second", "third"]) t.true(ask("Heavy", name));
  await clock.advance(restMs - 1);
  t.deepEqual(started, []);
  await clock.advance(1);
  t.deepEqual(started, ["first"]);
  pace.ended("Usual", 1);
  pace.ended("Heavy", 2 * heavyTurnEvents);
  await clock.advance(2 * restMs - 1);
  t.deepEqual(started, ["first"]);
  await clock.advance(1);
  t.deepEqual(started, ["first", "second"]);
});

test("a turn of few events lets the next of its type go at once, and the last of them ends the waiting", async (t) => {
  const { clock, pace, started, ask } = makeBench();
  pace.ended("Usual", 1);
  pace.ended("Heavy", heavyTurnEvents);
  for (const name of ["first", "second"]) ask("Heavy", name);
  await clock.advance(restMs);
  pace.ended("Heavy", 1);
  t.deepEqual(started, ["first", "second"]);
  pace.ended("Heavy", 1);
  t.false(ask("Heavy", "third"));
});

test("a type alone on the host does not rest, and those that waited go when the others have ended", async (t) => {
  const { clock, pace, started, ask } = makeBench();
  pace.ended("Heavy", heavyTurnEvents);
  t.false(ask("Heavy", "alone"));
  pace.ended("Usual", 1);
  pace.ended("Heavy", heavyTurnEvents);
  for (const name of ["first", "second", "third"]) t.true(ask("Heavy", name));
  await clock.advance(restMs);
  pace.ended("Heavy", heavyTurnEvents);
  t.deepEqual(started, ["first", "second", "third"]);
  t.false(ask("Heavy", "fourth"));
});

test("a turn of which no end is told holds the next up for no longer than a rest", async (t) => {
  const { clock, pace, started, ask } = makeBench();
  pace.ended("Usual", 1);
  pace.ended("Heavy", heavyTurnEvents);
  for (const name of ["first", "second"]) ask("Heavy", name);
  await clock.advance(restMs);
  t.deepEqual(started, ["first"]);
  await clock.advance(restMs);
  t.deepEqual(started, ["first", "second"]);
  await clock.advance(restMs);
  t.false(ask("Heavy", "third"));
});
