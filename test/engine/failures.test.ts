import test from "ava";

import { plainComponent } from "../../host/functions/memory-functions.ts";
import { boxes } from "./boxes.ts";
import { EngineUnderTest } from "./engine-under-test.ts";
import { settled } from "./manual-clock.ts";

const misbehave = (how: string, id = "bad") => ({ id, entity: "box:1", command_type: "Misbehave", payload: { how } });

for (const [how, reason] of [
  ["fail", /told to fail/],
  ["nothing", /no event/],
  ["stranger", /box:stranger/],
  ["unknown-type", /NoSuchEvent/],
  ["unfoldable", /can't fold 666/],
] as const)
  test(`a handler that does "${how}" gets its command tried five times and parked with the reason`, async (t) => {
    const under = await EngineUnderTest.start();
    const view = await under.post(misbehave(how));
    t.like(view, { status: "parked", attempts: 5, events: [] });
    t.regex(view.last_error ?? "", reason);
    t.deepEqual(await under.eventTypes(), []);
    const { commands: parked } = await under.engine.queries.commandsIn("parked", { after: "", limit: 10 });
    t.deepEqual(
      parked.map(({ command }) => command.id),
      ["bad"],
    );
  });

test("a parked command is announced by an event of the host, caused by the command", async (t) => {
  const under = await EngineUnderTest.start();
  const { command } = await under.post(misbehave("fail"));
  const { events } = await under.engine.queries.events({
    after: 0,
    limit: 100,
    filter: { event_type: "CommandParked" },
  });
  t.like(events[0], { aggregate: "evento:host", cause: { kind: "command", id: command.id }, root_cause: command.id });
  t.like(events[0]?.payload, { command_id: "bad", command_type: "Misbehave", entity: "box:1", attempts: 5 });
});

test("others of the same aggregate go on while a command fails", async (t) => {
  const under = await EngineUnderTest.start();
  const bad = await under.engine.post(misbehave("fail"));
  const good = await under.engine.post({ entity: "box:1", command_type: "Add", payload: { n: 1 } });
  t.is((await good.outcome()).status, "done");
  await under.clock.advance(60_000);
  t.is((await bad.outcome()).status, "parked");
});

test("a failed command is tried again only after a growing wait", async (t) => {
  const times: number[] = [];
  const under = await EngineUnderTest.start({
    functions: { boxes: boxes({ onHandle: () => times.push(under.clock.now()) }) },
  });
  await under.post(misbehave("fail"));
  const waits = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  t.deepEqual(waits, [100, 200, 400, 800]);
});

test("tries made before a crash count after it", async (t) => {
  let tries = 0;
  const under = await EngineUnderTest.start({ functions: { boxes: boxes({ onHandle: () => tries++ }) } });
  await under.engine.post(misbehave("fail"));
  await under.clock.advance(150);
  t.is(tries, 2);
  await under.crash();
  await under.clock.advance(60_000);
  t.is(tries, 5);
  t.is((await under.engine.queries.command("bad")).status, "parked");
});

test("a parked command that somebody retries is pending again, and done when it can be", async (t) => {
  const under = await EngineUnderTest.start();
  await under.post(misbehave("fail"));
  const again = await under.engine.retry("bad");
  await t.throwsAsync(under.engine.retry("bad"), { code: "COMMAND_NOT_PARKED" });
  await under.clock.advance(60_000);
  t.is((await again.outcome()).status, "parked");
  await under.deploy("boxes", boxes({ mended: true }));
  await under.clock.advance(60_000);
  t.is((await under.engine.queries.command("bad")).status, "done");
  await t.throwsAsync(under.engine.retry("bad"), { code: "COMMAND_NOT_PARKED" });
  await t.throwsAsync(under.engine.retry("none"), { code: "COMMAND_UNKNOWN" });
});

test("a new version retries what was parked under the old one", async (t) => {
  const under = await EngineUnderTest.start();
  await under.post(misbehave("fail", "a"));
  await under.post(misbehave("fail", "b"));
  await under.deploy("boxes", boxes({ mended: true }));
  await under.clock.advance(60_000);
  t.is((await under.engine.queries.command("a")).status, "done");
  t.is((await under.engine.queries.command("b")).status, "done");
  t.deepEqual(await under.state("box:1"), { count: 2, items: {}, points_at: [] });
});

test("a crash at any moment of a deployment leaves nothing parked that the new version was to retry", async (t) => {
  for (let turns = 0; turns < 60; turns++) {
    const under = await EngineUnderTest.start();
    await under.post(misbehave("fail"));
    under.functions.register("mended", boxes({ mended: true }));
    const deploy = async () => under.engine.deployment.component("boxes", plainComponent("mended"));
    void deploy();
    for (let turn = 0; turn < turns; turn++) await Promise.resolve();
    await under.crash();
    await deploy();
    await under.clock.advance(1_000);
    t.is((await under.engine.queries.command("bad")).status, "done", `after ${turns} turns`);
  }
});

test("a function that can't be run now does not use up tries", async (t) => {
  const under = await EngineUnderTest.start();
  under.functions.available("boxes", false);
  const posted = await under.engine.post({ entity: "box:1", command_type: "Add", payload: { n: 1 } });
  await under.clock.advance(5_000);
  under.functions.available("boxes", true);
  await under.clock.advance(1_000);
  t.like(await posted.outcome(), { status: "done", attempts: 0 });
});

test("commands of a function that stays away are parked, and come back with it", async (t) => {
  const under = await EngineUnderTest.start();
  under.functions.available("boxes", false);
  const posted = await under.engine.post({ id: "waits", entity: "box:1", command_type: "Add", payload: { n: 1 } });
  await under.clock.advance(60_000);
  t.is((await posted.outcome()).status, "parked");
  under.functions.available("boxes", true);
  const again = await under.engine.retry("waits");
  t.is((await again.outcome()).status, "done");
});

test("a command whose handler was removed is parked, and done when it is back", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:1", 1);
  under.functions.available("boxes", false);
  const posted = await under.engine.post({ id: "orphan", entity: "box:1", command_type: "Add", payload: { n: 1 } });
  await under.engine.deployment.remove("boxes");
  await under.clock.advance(60_000);
  t.is((await posted.outcome()).status, "parked");
  await t.throwsAsync(under.engine.post({ entity: "box:1", command_type: "Add", payload: { n: 1 } }), {
    code: "NO_HANDLER",
  });
  under.functions.available("boxes", true);
  await under.deploy("boxes", boxes());
  await settled();
  t.is((await under.engine.queries.command("orphan")).status, "done");
});
