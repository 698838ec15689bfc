import test from "ava";

import { EventoError } from "../../host/errors.ts";
import {
  publishBytesMax,
  publishEventsMax,
  publishGatherMs,
  publishLookMs,
  publishRetryMsMax,
} from "../../host/limits.ts";
import { settled } from "../engine/manual-clock.ts";
import { countTo } from "./event-topic-contract.ts";
import { makeBench } from "./publisher-bench.ts";

test("what is in the log before the start and after it comes out in its order", async (t) => {
  const bench = await makeBench(t);
  await bench.append(3);
  const publisher = bench.open();
  publisher.start();
  await settled();
  await bench.append(2);
  await bench.clock.advance(publishGatherMs);
  t.deepEqual(bench.positions(), countTo(5));
  const { state, position, lag, published } = publisher.status();
  t.deepEqual({ state, position, lag, published }, { state: "following", position: 5, lag: 0, published: 5 });
});

test("an event goes out at once, and those that come soon after it go out together", async (t) => {
  const bench = await makeBench(t);
  const publisher = bench.open();
  publisher.start();
  await bench.append(1);
  await settled();
  t.deepEqual(bench.positions(), [1]);
  for (let count = 0; count < 20; count++) {
    await bench.append(1);
    await settled();
  }
  t.deepEqual(bench.positions(), [1]);
  await bench.clock.advance(publishGatherMs);
  t.deepEqual(bench.positions(), countTo(21));
  t.is(publisher.status().transactions, 2);
  await bench.clock.advance(10 * publishGatherMs);
  await bench.append(1);
  await settled();
  t.deepEqual(bench.positions(), countTo(22));
});

test("a backlog goes out without a pause", async (t) => {
  const bench = await makeBench(t);
  await bench.append(2 * publishEventsMax);
  bench.open().start();
  await settled();
  t.deepEqual(bench.positions(), countTo(2 * publishEventsMax));
});

test("nothing comes out before the start or after the close", async (t) => {
  const bench = await makeBench(t);
  await bench.append(1);
  const publisher = bench.open();
  await settled();
  t.deepEqual(bench.positions(), []);
  t.is(publisher.status().state, "stopped");
  publisher.start();
  await settled();
  await publisher.close();
  await publisher.close();
  await bench.append(1);
  await settled();
  t.deepEqual(bench.positions(), [1]);
  t.is(publisher.status().state, "closed");
});

test("a topic that is away is tried again after longer and longer waits, and nothing is left out", async (t) => {
  const bench = await makeBench(t);
  bench.cluster.faults = Array.from({ length: 10 }, () => "away");
  const publisher = bench.open();
  publisher.start();
  await bench.append(3);
  const waits = [];
  for (let tries = 0; tries < 10; tries++) {
    await settled();
    const { state, retry_at = 0, lag, last_error } = publisher.status();
    t.deepEqual({ state, lag, code: last_error?.code }, { state: "waiting", lag: 3, code: "TOPIC_UNAVAILABLE" });
    waits.push(retry_at - bench.clock.now());
    await bench.clock.advance(retry_at - bench.clock.now());
  }
  t.deepEqual(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]);
  t.is(waits.at(-1), publishRetryMsMax);
  t.deepEqual(bench.notices, ["TOPIC_UNAVAILABLE"], "it is told once");
  t.deepEqual(bench.positions(), [1, 2, 3]);
  t.is(publisher.status().lag, 0);
});

test("events whose reply was lost are not published twice", async (t) => {
  const bench = await makeBench(t);
  bench.open().start();
  await settled();
  bench.cluster.faults = ["lose-reply"];
  await bench.append(1);
  await bench.append(1);
  await bench.clock.advance(1_000);
  t.deepEqual(bench.positions(), [1, 2]);
});

test("a publisher that comes after another goes on where it ended", async (t) => {
  const bench = await makeBench(t);
  await bench.append(3);
  const first = bench.open();
  first.start();
  await settled();
  await first.close();
  await bench.append(2);
  bench.open().start();
  await settled();
  t.deepEqual(bench.positions(), countTo(5));
});

test("two publishers over one log publish each event once, whoever has the topic", async (t) => {
  const bench = await makeBench(t);
  const [first, second] = [bench.open(), bench.open()];
  first.start();
  second.start();
  for (let round = 0; round < 10; round++) {
    await bench.append(3);
    await bench.clock.advance(20_000);
  }
  t.deepEqual(bench.positions(), countTo(30));
});

test("an event that the topic does not take is announced, counted and passed over, alone", async (t) => {
  const bench = await makeBench(t);
  await bench.append(5);
  await bench.append(1, Buffer.alloc(bench.cluster.recordBytesMax));
  await bench.append(5);
  const publisher = bench.open();
  publisher.start();
  await settled();
  t.deepEqual(bench.positions(), [1, 2, 3, 4, 5, 7, 8, 9, 10, 11]);
  t.deepEqual(bench.notices, ["EVENT_NOT_PUBLISHED"]);
  const { passed_over, lag, position } = publisher.status();
  t.deepEqual({ passed_over, lag, position }, { passed_over: 1, lag: 0, position: 11 });
});

test("readers who get no further are noticed, and the topic is claimed anew", async (t) => {
  const bench = await makeBench(t);
  const publisher = bench.open();
  publisher.start();
  await bench.append(2);
  await settled();
  bench.cluster.looks = ["behind", "stuck"];
  await bench.clock.advance(publishLookMs);
  t.deepEqual(bench.cluster.looks, ["stuck"]);
  t.is(publisher.status().state, "following");
  await bench.clock.advance(publishLookMs);
  t.deepEqual(bench.notices, ["TOPIC_UNDECIDED"]);
  t.is(publisher.status().last_error?.code, "TOPIC_UNDECIDED");
  await bench.clock.advance(1_000);
  t.is(publisher.status().state, "following");
  await bench.append(1);
  await settled();
  t.deepEqual(bench.positions(), [1, 2, 3]);
});

test("a topic that readers have come to the end of is not looked at again", async (t) => {
  const bench = await makeBench(t);
  bench.open().start();
  await bench.append(2);
  await settled();
  await bench.clock.advance(publishLookMs);
  bench.cluster.looks = ["stuck"];
  await bench.clock.advance(10 * publishLookMs);
  t.deepEqual(bench.notices, []);
});

test("one transaction takes no more bytes than it may", async (t) => {
  const bench = await makeBench(t);
  await bench.append(10, Buffer.alloc(9_000));
  await bench.append(200, Buffer.alloc(9_000));
  const publisher = bench.open();
  publisher.start();
  await settled();
  t.is(publisher.status().transactions, Math.ceil(210 / Math.floor(publishBytesMax / 9_000)));
  t.deepEqual(bench.positions(), countTo(210));
});

test("a topic that is ahead of the log is left alone, and it is said why", async (t) => {
  const bench = await makeBench(t);
  await bench.append(3);
  const first = bench.open();
  first.start();
  await settled();
  await first.close();
  const older = await makeBench(t);
  await older.append(2);
  const publisher = bench.open({ journal: older.journal });
  publisher.start();
  await settled();
  const { state, last_error } = publisher.status();
  t.deepEqual({ state, code: last_error?.code }, { state: "waiting", code: "TOPIC_AHEAD" });
  t.deepEqual(bench.positions(), [1, 2, 3]);
});

test("a topic with other events than the log is left alone, and it is said why", async (t) => {
  const bench = await makeBench(t);
  await bench.append(3);
  const publisher = bench.open({
    publicationOf: async (event) => ({
      position: event.position,
      id: `other-${event.position}`,
      key: event.aggregate,
      time: event.time,
      value: event.payload,
      headers: { ce_source: "urn:uuid:0190b7a2-0000-7000-8000-000000000001", ce_position: String(event.position) },
    }),
  });
  publisher.start();
  await settled();
  await publisher.close();
  const second = bench.open();
  second.start();
  await settled();
  t.is(second.status().last_error?.code, "TOPIC_DIVERGED");
  t.is(bench.positions().length, 3);
});

test("a registry that does not answer holds publishing up, and nothing is left out when it is back", async (t) => {
  const bench = await makeBench(t);
  let failures = 2;
  const publisher = bench.open({
    publicationOf: async (event) => {
      failures -= 1;
      if (failures >= 0) throw new EventoError("REGISTRY_UNAVAILABLE", "found the registry away", { retryable: true });
      return {
        position: event.position,
        id: event.id,
        key: event.aggregate,
        time: 0,
        value: event.payload,
        headers: {},
      };
    },
  });
  publisher.start();
  await bench.append(2);
  await settled();
  t.is(publisher.status().last_error?.code, "REGISTRY_UNAVAILABLE");
  await bench.clock.advance(5_000);
  t.deepEqual(bench.positions(), [1, 2]);
});

test("a close does not wait for a topic that is away", async (t) => {
  const bench = await makeBench(t);
  bench.cluster.faults = ["away"];
  const publisher = bench.open();
  publisher.start();
  await settled();
  t.is(publisher.status().state, "waiting");
  await publisher.close();
  t.is(publisher.status().state, "closed");
});
