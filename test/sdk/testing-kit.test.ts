import test, { type ExecutionContext } from "ava";

import type { AggregateUnderTest } from "../../sdk-assemblyscript/aggregate-under-test.ts";
import type { DispatcherUnderTest } from "../../sdk-assemblyscript/dispatcher-under-test.ts";
import { dispatcherUnderTest, functionUnderTest } from "../../sdk-assemblyscript/testing.ts";
import { functionFolder } from "./function-folder.ts";

const boxSchema = [
  {
    type: "record",
    name: "Box",
    evento: "root",
    entity: "box",
    fields: [
      { name: "lids", type: { type: "array", items: "string" } },
      { name: "times", type: { type: "array", items: "long" } },
    ],
  },
  { type: "record", name: "Lid", evento: "entity", entity: "lid", fields: [] },
  { type: "record", name: "Ask", evento: "command", fields: [{ name: "what", type: "string" }] },
  { type: "record", name: "Done", evento: "event", fields: [{ name: "what", type: "string" }] },
].map((type) => ({ namespace: "Box", ...type }));

const handler = `
  import { Command, Events, fail, log } from "evento";
  import { Box_, Ask, Done } from "./generated/box";

  export function ask(command: Ask, box: Box_ | null, context: Command): Events {
    const what = command.what;
    log.info("asked to " + what);
    if (what == "fail") return fail("the box is stuck");
    if (what == "throw") throw new Error("the box broke");
    if (what == "nothing") return new Events();
    if (what == "lid") return Events.about("lid:1", new Done("lid"));
    if (what == "elsewhere") return Events.about("box:2", new Done(what));
    if (what == "unknown") return Events.about("cup:1", new Done(what));
    if (what == "nowhere") return Events.about("nowhere", new Done(what));
    if (what == "twice") return Events.of(new Done("one")).and(new Done("two")).andAbout("lid:2", new Done("three"));
    if (what == "context") return Events.of(new Done([context.id, context.entity, context.aggregate, context.aggregateType, context.time.toString(), context.cause.kind, context.depth.toString()].join(" ")));
    if (what == "half") return Events.of(new Done("😀".substring(0, 1)));
    return Events.of(new Done(what));
  }`;

const aggregator = `
  import { Event } from "evento";
  import { Box_, Done } from "./generated/box";

  export function done(box: Box_ | null, event: Done, context: Event): Box_ {
    if (event.what == "unfoldable") throw new Error("no box folds that");
    const state = box === null ? new Box_() : box;
    if (context.entity != context.aggregate) state.lids.push(context.entity);
    state.times.push(context.time);
    return state;
  }`;

async function boxOf(t: ExecutionContext, files: { [path: string]: unknown } = {}): Promise<AggregateUnderTest> {
  const folder = await functionFolder(t, {
    "evento.json": { name: "box", schema: "Box.avsc" },
    "Box.avsc": boxSchema,
    "handler.ts": handler,
    "aggregator.ts": aggregator,
    ...files,
  });
  return functionUnderTest(folder);
}

const ask = (what: string): { command_type: string; payload: unknown } => ({ command_type: "Ask", payload: { what } });
const atStart = Date.UTC(2026, 0, 1);

test("a failure says why, leaves the state, and keeps what was logged", async (t) => {
  const box = (await boxOf(t)).given([{ event_type: "Done", payload: { what: "a" } }]);
  t.deepEqual(box.when(ask("fail")), {
    events: [],
    state: { lids: [], times: [atStart] },
    failure: "the box is stuck",
    log: [{ level: "info", message: "asked to fail" }],
  });
});

test("what a function throws fails with its message and place, and the next command finds the function well", async (t) => {
  const box = await boxOf(t);
  t.regex(box.when(ask("throw")).failure ?? "", /^trapped: the box broke \(handler\.ts:9:\d+\)$/);
  t.is(box.when(ask("something")).failure, undefined);
});

test("an answer that a host would not take is a failure", async (t) => {
  const box = await boxOf(t);
  t.regex(box.when(ask("nothing")).failure ?? "", /no event/);
  t.regex(box.when(ask("elsewhere")).failure ?? "", /about box:2/);
  t.regex(box.when(ask("unknown")).failure ?? "", /about cup:1/);
  t.regex(box.when(ask("nowhere")).failure ?? "", /entity id/);
  t.regex(box.when(ask("half")).failure ?? "", /Unpaired surrogate/);
});

test("events that can't be folded make the command fail", async (t) => {
  const { failure, events } = (await boxOf(t)).when(ask("unfoldable"));
  t.regex(failure ?? "", /could not fold the events: trapped: no box folds that \(aggregator\.ts:/);
  t.deepEqual(events, []);
});

test("events come in order, about whom they are, and are folded with their time", async (t) => {
  const { events, state } = (await boxOf(t)).when({ ...ask("twice"), time: "2026-02-03T04:05:06.789Z" });
  t.deepEqual(events, [
    { entity: "box:1", event_type: "Done", payload: { what: "one" } },
    { entity: "box:1", event_type: "Done", payload: { what: "two" } },
    { entity: "lid:2", event_type: "Done", payload: { what: "three" } },
  ]);
  const time = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
  t.deepEqual(state, { lids: ["lid:2"], times: [time, time, time] });
});

test("a function sees the envelope of its command", async (t) => {
  const box = (await boxOf(t)).named("box:7");
  const { events } = box.when({ ...ask("context"), entity: "lid:3", time: 5 });
  t.deepEqual(events[0]?.payload, { what: "command lid:3 box:7 Box 5 external 0" });
});

test("given events make another aggregate and leave the one they were given to", async (t) => {
  const empty = await boxOf(t);
  const one = empty.given([{ event_type: "Done", payload: { what: "a" }, time: 1 }]);
  const two = one.given([{ event_type: "Done", payload: { what: "b" }, time: 2, entity: "lid:1" }]);
  t.deepEqual(
    [empty.state, one.state, two.state],
    [null, { lids: [], times: [1] }, { lids: ["lid:1"], times: [1, 2] }],
  );
});

test("a handler without an aggregator is tested from a state", async (t) => {
  const folder = await functionFolder(t, {
    "evento.json": { name: "box", schema: "Box.avsc" },
    "Box.avsc": boxSchema,
    "handler.ts": `
      import { Events } from "evento";
      import { Box_, Ask, Done } from "./generated/box";
      export function ask(command: Ask, box: Box_ | null): Events {
        return Events.of(new Done(box === null ? "no box" : box.lids.join(",")));
      }`,
  });
  const box = await functionUnderTest(folder);
  t.like(box.when(ask("")), { events: [{ payload: { what: "no box" } }], state: null });
  t.like(box.withState({ lids: ["a", "b"], times: [] }).when(ask("")), { events: [{ payload: { what: "a,b" } }] });
});

test("a test that names an unknown type or a payload off its schema is told so", async (t) => {
  const box = await boxOf(t);
  t.throws(() => box.when({ command_type: "Tell" }), { message: /found the type Tell, expected one of Ask/ });
  t.throws(() => box.when({ command_type: "Ask", payload: { what: 5 } }), {
    code: "PAYLOAD_INVALID",
    message: /payload\.what/,
  });
  t.throws(() => box.given([{ event_type: "Done", payload: {} }]), { code: "PAYLOAD_INVALID" });
  t.throws(() => box.when({ ...ask("a"), time: "yesterday" }), { message: /found the time yesterday/ });
});

const dispatcher = `
  import { Commands, Event } from "evento";
  import { Ask, Done } from "./generated/box";

  export function done(event: Done, context: Event, referrers: Array<string>): Commands {
    if (event.what == "nothing") return Commands.none();
    if (event.what == "unknown") return Commands.to("cup:1", new Ask("drink"));
    const commands = Commands.to(context.entity, new Ask(event.what)).notBefore(context.time + 1000);
    for (let index = 0; index < referrers.length; index++) commands.andTo(referrers[index], new Ask(context.aggregate));
    return commands;
  }`;

async function dispatcherOf(t: ExecutionContext): Promise<DispatcherUnderTest> {
  const folder = await functionFolder(t, {
    "evento.json": { name: "boxes", events: ["Box.Done"], schemas: ["Box.avsc"] },
    "Box.avsc": boxSchema,
    "dispatcher.ts": dispatcher,
  });
  return dispatcherUnderTest(folder);
}

test("a dispatcher answers commands in order, held back as it says", async (t) => {
  const boxes = await dispatcherOf(t);
  const event = { type: "Box.Done", entity: "lid:1", aggregate: "box:1", payload: { what: "a" }, referrers: ["box:2"] };
  t.deepEqual(boxes.when(event), {
    commands: [
      { entity: "lid:1", command_type: "Ask", payload: { what: "a" }, not_before: "2026-01-01T00:00:01.000Z" },
      { entity: "box:2", command_type: "Ask", payload: { what: "box:1" } },
    ],
    failure: undefined,
    log: [],
  });
  t.deepEqual(boxes.when({ ...event, payload: { what: "nothing" } }).commands, []);
  t.regex(boxes.when({ ...event, payload: { what: "unknown" } }).failure ?? "", /Ask to cup:1/);
  t.throws(() => boxes.when({ ...event, type: "Cup.Drunk" }), {
    message: /found an event of Cup, expected one of Box/,
  });
});
