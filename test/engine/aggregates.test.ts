import test from "ava";

import type { EventPost } from "../../host/engine/intake.ts";
import type { EventJson } from "../../host/engine/views.ts";
import type { Snapshot, Snapshots } from "../../host/ports/snapshots.ts";
import { boxes, boxSchemaJson } from "./boxes.ts";
import { EngineUnderTest } from "./engine-under-test.ts";
import { settled } from "./manual-clock.ts";

async function postEvent(under: EngineUnderTest, post: EventPost): Promise<EventJson> {
  return (await under.engine.postEvent(post)).outcome();
}

test("an event about a new entity makes it a member, and commands to it reach its aggregate", async (t) => {
  const under = await EngineUnderTest.start();
  await under.post({ entity: "box:1", command_type: "AddItem", payload: { item: "item:9" } });
  const touched = await under.post({ entity: "item:9", command_type: "TouchItem" });
  t.like(touched.command, { entity: "item:9", aggregate: "box:1" });
  t.like(touched.events[0], { entity: "item:9", aggregate: "box:1", sequence: 2 });
  t.deepEqual(await under.state("item:9"), { count: 0, items: { "item:9": 1 }, points_at: [] });
});

test("an entity belongs to the first aggregate that had an event about it, also after a crash", async (t) => {
  const under = await EngineUnderTest.start();
  await under.post({ entity: "box:1", command_type: "AddItem", payload: { item: "item:9" } });
  await under.crash();
  const stolen = await under.post({ entity: "box:2", command_type: "AddItem", payload: { item: "item:9" } });
  t.like(stolen, { status: "parked" });
  t.regex(stolen.last_error ?? "", /item:9, which belongs to box:1/);
});

test("two aggregates that claim an entity at once do not both get it", async (t) => {
  const under = await EngineUnderTest.start({ settings: { triesMax: 1 } });
  const posts = await Promise.all(
    ["box:1", "box:2"].map((entity) =>
      under.engine.post({ entity, command_type: "AddItem", payload: { item: "item:9" } }),
    ),
  );
  const ends = await Promise.all(posts.map((posted) => posted.outcome()));
  t.deepEqual(ends.map(({ status }) => status).toSorted(), ["done", "parked"]);
});

test("a state is shown as it was after a sequence and at a time", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:1", 1);
  const between = under.clock.now();
  await under.clock.advance(1_000);
  await under.add("box:1", 10);
  const { queries } = under.engine;
  t.like(await queries.aggregate("box:1", { kind: "sequence", sequence: 1 }), {
    sequence: 1,
    state: { count: 1, items: {}, points_at: [] },
  });
  t.like(await queries.aggregate("box:1", { kind: "time", time: between }), { sequence: 1 });
  t.like(await queries.aggregate("box:1"), { sequence: 2 });
  await t.throwsAsync(queries.aggregate("box:1", { kind: "time", time: 0 }), { code: "AGGREGATE_UNKNOWN" });
  await t.throwsAsync(queries.aggregate("box:1", { kind: "sequence", sequence: 3 }), { code: "SEQUENCE_UNKNOWN" });
  await t.throwsAsync(queries.aggregate("box:2"), { code: "AGGREGATE_UNKNOWN" });
});

test("an event from outside is folded, and the same id again is the same event", async (t) => {
  const under = await EngineUnderTest.start();
  const post = { id: "sensor-1", entity: "box:1", event_type: "Added", payload: { n: 4 } };
  const event = await postEvent(under, post);
  t.like(event, { id: "sensor-1", sequence: 1, depth: 0, cause: { kind: "external", id: "sensor-1" } });
  const [one, other] = await Promise.all([postEvent(under, post), postEvent(under, post)]);
  t.deepEqual([one, other], [event, event]);
  await under.crash();
  t.deepEqual(await postEvent(under, post), event);
  await t.throwsAsync(postEvent(under, { ...post, payload: { n: 5 } }), { code: "ID_CONFLICT" });
  t.like(await under.engine.queries.aggregate("box:1"), { sequence: 1 });
});

test("an event from outside that waits is the same when it is sent again under a new version of the schema", async (t) => {
  const under = await EngineUnderTest.start();
  const post = { id: "sensor-1", entity: "box:1", event_type: "Added", payload: { n: 4 } };
  under.functions.available("boxes", false);
  const first = await under.engine.postEvent(post);
  await settled();
  under.functions.available("boxes", true);
  const fields = [
    { name: "n", type: "int" },
    { name: "why", type: "string", default: "" },
  ];
  const schema = boxSchemaJson.map((type) => ("name" in type && type.name === "Added" ? { ...type, fields } : type));
  await under.deploy("boxes", boxes({ schema }));
  const again = await under.engine.postEvent(post);
  await under.clock.advance(1_000);
  t.deepEqual(await again.outcome(), await first.outcome());
});

test("an event from outside that can't be folded is refused without a trace", async (t) => {
  const under = await EngineUnderTest.start();
  const { group } = under.journal.head;
  await t.throwsAsync(postEvent(under, { entity: "box:1", event_type: "Added", payload: { n: 666 } }), {
    code: "EVENT_NOT_FOLDED",
  });
  await t.throwsAsync(postEvent(under, { entity: "box:1", event_type: "Exploded", payload: {} }), {
    code: "EVENT_TYPE_UNKNOWN",
  });
  await t.throwsAsync(postEvent(under, { entity: "item:1", event_type: "ItemTouched", payload: {} }), {
    code: "ENTITY_UNKNOWN",
  });
  t.is(under.journal.head.group, group);
});

test("who follows the log sees every event once, also those that come meanwhile", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:1", 1);
  const ended = new AbortController();
  const seen: number[] = [];
  const following = (async () => {
    for await (const { events } of under.engine.queries.follow({
      after: 0,
      filter: { aggregate_type: "Box" },
      signal: ended.signal,
    }))
      seen.push(...events.map(({ sequence }) => sequence));
  })();
  await settled();
  for (let n = 2; n <= 5; n++) await under.add("box:1", n);
  ended.abort();
  await following;
  t.deepEqual(seen, [1, 2, 3, 4, 5]);
});

test("a handler and an aggregator that are two functions decide and fold together", async (t) => {
  const under = await EngineUnderTest.start({
    functions: { "box-handler": boxes({ kinds: ["handler"] }), "box-aggregator": boxes({ kinds: ["aggregator"] }) },
  });
  await under.add("box:1", 2);
  const { status } = await under.add("box:1", 3);
  t.is(status, "done");
  t.like(await under.state("box:1"), { count: 5 });
  const bad = await under.post({ entity: "box:1", command_type: "Misbehave", payload: { how: "unfoldable" } });
  t.regex(bad.last_error ?? "", /could not fold/);
});

test("a snapshot is written every so many events and saves folding them again", async (t) => {
  const kept: Snapshot[] = [];
  const snapshots: Snapshots = {
    put: async (snapshot) => void kept.push(snapshot),
    latest: async (key, atSequence) =>
      kept.findLast(
        (snapshot) =>
          snapshot.aggregate === key.aggregate &&
          snapshot.aggregator_digest === key.aggregator_digest &&
          snapshot.sequence <= atSequence,
      ),
    close: async () => {},
  };
  const under = await EngineUnderTest.start({ snapshots, settings: { snapshotEventCount: 3 } });
  for (let n = 1; n <= 7; n++) await under.add("box:1", n);
  t.deepEqual(
    kept.map(({ sequence }) => sequence),
    [3, 6],
  );
  await under.crash();
  t.like(await under.state("box:1"), { count: 28 });
});

test("a trace shows everything from the call outside to the last event, from any of its ids", async (t) => {
  const under = await EngineUnderTest.start();
  const { command, events } = await under.post({ id: "call", entity: "box:1", command_type: "Add", payload: { n: 1 } });
  const tree = await under.engine.trace("call");
  t.like(tree, { kind: "external", id: "call", truncated: false });
  const [root] = tree.children;
  t.is(root?.kind === "command" ? root.command.id : "", command.id);
  t.deepEqual(await under.engine.trace(events[0]?.id ?? ""), tree);
  await t.throwsAsync(under.engine.trace("nothing"), { code: "TRACE_UNKNOWN" });
});
