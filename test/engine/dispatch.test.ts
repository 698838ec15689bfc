import test from "ava";

import { plainComponent } from "../../host/functions/memory-functions.ts";
import { boxDispatcher, boxes } from "./boxes.ts";
import { EngineUnderTest } from "./engine-under-test.ts";
import { settled } from "./manual-clock.ts";

/** Passes what is added to box:N on to box:N+1, up to box:4. */
const passing = boxDispatcher(["Box.Added"], ({ entity, payload }) => {
  const number = Number(entity.slice(4));
  return number < 4 ? [{ entity: `box:${number + 1}`, command_type: "Add", payload: { n: payload["n"] } }] : [];
});

test("an event leads to commands, those to events, and so on, all under one root cause", async (t) => {
  const under = await EngineUnderTest.start({ functions: { boxes: boxes(), passing } });
  await under.post({ id: "call", entity: "box:1", command_type: "Add", payload: { n: 3 } });
  t.like(await under.state("box:4"), { count: 3 });
  const { events } = await under.engine.queries.events({ after: 0, limit: 100, filter: { aggregate: "box:4" } });
  t.like(events[0], { root_cause: "call", depth: 7 });
  const { children } = await under.engine.trace(events[0]?.id ?? "");
  t.is(JSON.stringify(children).match(/"kind":"event","event"/g)?.length, 4);
});

test("a crash at any moment of a chain repeats nothing and loses nothing", async (t) => {
  for (let turns = 0; turns < 40; turns++) {
    const under = await EngineUnderTest.start({ functions: { boxes: boxes(), passing } });
    const posted = await under.engine.post({ id: "call", entity: "box:1", command_type: "Add", payload: { n: 3 } });
    await posted.durable;
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    await under.crash();
    await under.clock.advance(1_000);
    t.deepEqual(await under.eventTypes(), ["Added", "Added", "Added", "Added"], `after ${turns} turns`);
    t.like(await under.state("box:4"), { count: 3 });
  }
});

test("a dispatcher begins with what comes after its deployment", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:1", 1);
  await under.deploy("passing", passing);
  t.deepEqual(await under.eventTypes(), ["Added"]);
  await under.add("box:3", 1);
  t.deepEqual(await under.eventTypes(), ["Added", "Added", "Added"]);
});

test("a dispatcher sees which aggregates refer to the event's entity, in order", async (t) => {
  const seen: (readonly string[])[] = [];
  const watching = boxDispatcher(["Box.Added"], (_event, referrers) => {
    seen.push(referrers);
    return [];
  });
  const under = await EngineUnderTest.start({ functions: { boxes: boxes(), watching } });
  for (const entity of ["box:3", "box:2"])
    await under.post({ entity, command_type: "PointAt", payload: { box: "box:1" } });
  await under.add("box:1", 1);
  await under.post({ entity: "box:3", command_type: "PointAt", payload: { box: "box:9" } });
  await under.add("box:1", 1);
  t.deepEqual(seen, [["box:2", "box:3"], ["box:2"]]);
});

/** Has a dispatcher make a command to box 2 that waits for so long. @returns when it is due */
async function holdBack(under: EngineUnderTest, ms: number): Promise<number> {
  const due = under.clock.now() + ms;
  await under.deploy(
    "delaying",
    boxDispatcher(["Box.Added"], ({ entity }) =>
      entity === "box:1" ? [{ entity: "box:2", command_type: "Add", payload: { n: 1 }, not_before: due }] : [],
    ),
  );
  const posted = await under.engine.post({ entity: "box:1", command_type: "Add", payload: { n: 1 } });
  await posted.outcome();
  await settled();
  return due;
}

test("a command that waits for its time runs then, also when the host was down meanwhile", async (t) => {
  const under = await EngineUnderTest.start();
  await holdBack(under, 3_600_000);
  await under.crash();
  await under.clock.advance(3_599_000);
  await t.throwsAsync(under.state("box:2"), { code: "AGGREGATE_UNKNOWN" });
  await under.clock.advance(60_000);
  t.like(await under.state("box:2"), { count: 1 });
});

test("what comes of a command that waited is not of a time before it, though the machine's clock goes back", async (t) => {
  const under = await EngineUnderTest.start();
  const due = await holdBack(under, 100);
  under.functions.available("boxes", false);
  await under.engine.post({ entity: "box:2", command_type: "Add", payload: { n: 1 } });
  await under.clock.advance(150);
  under.clock.jump(-1_000);
  under.functions.available("boxes", true);
  await under.clock.advance(60_000);
  const { events } = await under.engine.queries.events({ after: 0, limit: 10, filter: { aggregate: "box:2" } });
  t.is(events.length, 2);
  t.true(Date.parse(events[1]?.time ?? "") >= due);
});

test("a chain that goes on for ever is parked at the depth limit", async (t) => {
  const forever = boxDispatcher(["Box.Added", "evento.CommandParked"], () => [
    { entity: "box:1", command_type: "Add", payload: { n: 1 } },
  ]);
  const under = await EngineUnderTest.start({ functions: { boxes: boxes(), forever }, settings: { depthMax: 10 } });
  await under.add("box:1", 1);
  t.like(await under.engine.queries.aggregate("box:1"), { sequence: 6 });
  const { commands: parked } = await under.engine.queries.commandsIn("parked", { after: "", limit: 10 });
  t.is(parked.length, 1);
  t.regex(parked[0]?.last_error ?? "", /more than 10/);
});

test("an event that a dispatcher fails on is tried, announced and passed over, and holds up no other", async (t) => {
  let mended = false;
  const failing = boxDispatcher(["Box.Added"], ({ payload }) => {
    if (payload["n"] === 13 && !mended) throw new Error("unlucky");
    return payload["n"] === 99 ? [] : [{ entity: "box:2", command_type: "Add", payload: { n: 99 } }];
  });
  const under = await EngineUnderTest.start({ functions: { boxes: boxes(), failing } });
  await under.add("box:1", 13);
  await under.add("box:1", 1);
  t.like(await under.state("box:2"), { count: 99 });
  const { events } = await under.engine.queries.events({
    after: 0,
    limit: 100,
    filter: { event_type: "DispatchParked" },
  });
  t.like(events[0]?.payload, { dispatcher: "failing" });
  t.regex(JSON.stringify(events[0]?.payload), /unlucky/);
  mended = true;
  await under.deploy("failing", failing);
  await under.clock.advance(1_000);
  t.like(await under.state("box:2"), { count: 198 });
});

test("a crash at any moment of a deployment leaves nothing parked that the new version can dispatch", async (t) => {
  const dispatching = (mended: boolean) =>
    boxDispatcher(["Box.Added"], ({ entity }) => {
      if (!mended) throw new Error("not yet");
      return entity === "box:1" ? [{ entity: "box:2", command_type: "Add", payload: { n: 1 } }] : [];
    });
  for (let turns = 0; turns < 60; turns++) {
    const under = await EngineUnderTest.start({ functions: { boxes: boxes(), dispatching: dispatching(false) } });
    await under.add("box:1", 1);
    under.functions.register("mended", dispatching(true));
    const deploy = async () => under.engine.deployment.component("dispatching", plainComponent("mended"));
    void deploy();
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    await under.crash();
    await deploy();
    await under.clock.advance(1_000);
    t.like(await under.state("box:2"), { count: 1 }, `after ${turns} turns`);
  }
});

test("a dispatch that a new version fails on too is not tried again by a restart", async (t) => {
  let tries = 0;
  const failing = boxDispatcher(["Box.Added"], () => {
    tries++;
    throw new Error("never");
  });
  const under = await EngineUnderTest.start({ functions: { boxes: boxes(), failing } });
  await under.add("box:1", 1);
  await under.deploy("failing", failing);
  await under.clock.advance(1_000);
  t.is(tries, 6);
  await under.crash();
  await under.clock.advance(1_000);
  t.is(tries, 6);
});

for (const [what, command] of [
  ["to an entity type of no schema", { entity: "bin:1", command_type: "Add", payload: { n: 1 } }],
  ["to an item that no box holds", { entity: "item:1", command_type: "TouchItem", payload: {} }],
] as const)
  test(`a dispatcher that answers a command ${what} has failed`, async (t) => {
    const stray = boxDispatcher(["Box.Added"], () => [command]);
    const under = await EngineUnderTest.start({ functions: { boxes: boxes(), stray } });
    await under.add("box:1", 1);
    const { events } = await under.engine.queries.events({
      after: 0,
      limit: 100,
      filter: { event_type: "DispatchParked" },
    });
    t.is(events.length, 1);
  });

test("an engine closes while several events wait for a dispatcher that can't be run", async (t) => {
  const under = await EngineUnderTest.start({ functions: { boxes: boxes(), passing } });
  under.functions.available("passing", false);
  const posts = ["box:1", "box:2"].map((entity) =>
    under.engine.post({ entity, command_type: "Add", payload: { n: 1 } }),
  );
  for (const posted of await Promise.all(posts)) await posted.outcome();
  await under.clock.advance(1_000);
  let closed = false;
  const closing = under.engine.close().then(() => {
    closed = true;
  });
  await settled();
  t.true(closed);
  await closing;
});

test("a dispatcher is removed while it looks for what was parked, though no event comes", async (t) => {
  const under = await EngineUnderTest.start({ functions: { boxes: boxes() } });
  const { journal } = under;
  const parkedDispatches = journal.parkedDispatches.bind(journal);
  const looked = Promise.withResolvers<void>();
  journal.parkedDispatches = async (...page) => {
    await looked.promise;
    return parkedDispatches(...page);
  };
  await under.deploy("passing", passing);
  let removed = false;
  const removal = under.engine.deployment.remove("passing").then(() => {
    removed = true;
  });
  await settled();
  looked.resolve();
  await settled();
  t.true(removed);
  await removal;
});

test("a removed dispatcher stops, and one deployed anew under its name begins anew", async (t) => {
  const under = await EngineUnderTest.start({ functions: { boxes: boxes(), passing } });
  await under.engine.deployment.remove("passing");
  await under.add("box:3", 1);
  await t.throwsAsync(under.state("box:4"), { code: "AGGREGATE_UNKNOWN" });
  await under.deploy("passing", passing);
  await t.throwsAsync(under.state("box:4"), { code: "AGGREGATE_UNKNOWN" });
  await under.add("box:3", 1);
  t.like(await under.state("box:4"), { count: 1 });
});

test("rules dispatch as a function does", async (t) => {
  const under = await EngineUnderTest.start();
  await under.engine.deployment.rules("rules", {
    rules: [
      {
        on: "Box.Added",
        when: "event.payload.n > 10 && event.entity == 'box:1'",
        dispatch: [{ entity: "['box:2', 'box:3']", command_type: "Add", payload: { n: "event.payload.n - 10" } }],
      },
    ],
  });
  await under.add("box:1", 5);
  await under.add("box:1", 15);
  t.like(await under.state("box:2"), { count: 5 });
  t.like(await under.state("box:3"), { count: 5 });
});
