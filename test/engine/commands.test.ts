import test from "ava";

import { boxes, boxSchemaJson } from "./boxes.ts";
import { EngineUnderTest } from "./engine-under-test.ts";
import { settled } from "./manual-clock.ts";

test("a command leads to events that are folded, in sequence and position order", async (t) => {
  const under = await EngineUnderTest.start();
  const first = await under.add("box:1", 2);
  const second = await under.add("box:1", 3);
  t.is(first.status, "done");
  t.deepEqual(
    [...first.events, ...second.events].map(({ event_type, sequence, depth, cause }) => ({
      event_type,
      sequence,
      depth,
      cause,
    })),
    [
      { event_type: "Added", sequence: 1, depth: 1, cause: { kind: "command", id: first.command.id } },
      { event_type: "Added", sequence: 2, depth: 1, cause: { kind: "command", id: second.command.id } },
    ],
  );
  t.is(second.events[0]?.position, (first.events[0]?.position ?? 0) + 1);
  t.deepEqual(await under.state("box:1"), { count: 5, items: {}, points_at: [] });
});

test("the same id and content again answers the first outcome, also after a crash, and runs once", async (t) => {
  let handled = 0;
  const under = await EngineUnderTest.start({ functions: { boxes: boxes({ onHandle: () => handled++ }) } });
  const post = { id: "once", entity: "box:1", command_type: "Add", payload: { n: 2 } };
  const first = await under.post(post);
  t.deepEqual(await under.post({ ...post, payload: { n: "2" } }), first);
  await under.crash();
  t.deepEqual(await under.post(post), first);
  t.is(handled, 1);
  t.deepEqual(await under.eventTypes(), ["Added"]);
});

test("the same id sent twice at once is one command", async (t) => {
  const under = await EngineUnderTest.start();
  const post = { id: "once", entity: "box:1", command_type: "Add", payload: { n: 2 } };
  const [one, other] = await Promise.all([under.engine.post(post), under.engine.post(post)]);
  t.deepEqual(await one.outcome(), await other.outcome());
  t.deepEqual(await under.eventTypes(), ["Added"]);
});

for (const other of [
  { entity: "box:1", command_type: "Add", payload: { n: 3 } },
  { entity: "box:2", command_type: "Add", payload: { n: 2 } },
  { entity: "box:1", command_type: "PointAt", payload: { box: "box:2" } },
])
  test(`the same id with other content (${JSON.stringify(other)}) is a conflict`, async (t) => {
    const under = await EngineUnderTest.start();
    await under.post({ id: "once", entity: "box:1", command_type: "Add", payload: { n: 2 } });
    await t.throwsAsync(under.engine.post({ id: "once", ...other }), { code: "ID_CONFLICT" });
    t.deepEqual(await under.eventTypes(), ["Added"]);
  });

test("an id keeps its meaning when the schema has a new version since", async (t) => {
  const under = await EngineUnderTest.start();
  const post = { id: "once", entity: "box:1", command_type: "Add", payload: { n: 2 } };
  const first = await under.post(post);
  const schema = boxSchemaJson.map((type) =>
    "name" in type && type.name === "Add"
      ? {
          ...type,
          fields: [
            { name: "n", type: "int" },
            { name: "why", type: "string", default: "" },
          ],
        }
      : type,
  );
  await under.deploy("boxes", boxes({ schema }));
  t.deepEqual(await under.post(post), first);
});

for (const [what, post, code] of [
  ["an entity of an unknown type", { entity: "bin:1", command_type: "Add", payload: { n: 1 } }, "ENTITY_TYPE_UNKNOWN"],
  ["a text that is no entity id", { entity: "box", command_type: "Add", payload: { n: 1 } }, "ENTITY_ID_INVALID"],
  ["an unknown command", { entity: "box:1", command_type: "Burn", payload: {} }, "COMMAND_TYPE_UNKNOWN"],
  ["a payload off its schema", { entity: "box:1", command_type: "Add", payload: { n: "many" } }, "PAYLOAD_INVALID"],
  ["an item that no box holds", { entity: "item:1", command_type: "TouchItem", payload: {} }, "ENTITY_UNKNOWN"],
  ["an id outside the grammar", { id: "a!0", entity: "box:1", command_type: "Add", payload: { n: 1 } }, "ID_INVALID"],
  ["the host's own aggregate", { entity: "evento:host", command_type: "Add", payload: {} }, "ENTITY_TYPE_UNKNOWN"],
] as const)
  test(`a command with ${what} is refused without a trace`, async (t) => {
    const under = await EngineUnderTest.start();
    const { group } = under.journal.head;
    await t.throwsAsync(under.engine.post(post), { code });
    t.is(under.journal.head.group, group);
  });

test("a command that expects the sequence that there is runs", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:1", 1);
  const { status } = await under.post({
    entity: "box:1",
    command_type: "Add",
    payload: { n: 1 },
    expected_sequence: 1,
  });
  t.is(status, "done");
});

test("a command that expects another sequence is refused without a trace, and its id is free", async (t) => {
  const under = await EngineUnderTest.start();
  const { group } = under.journal.head;
  const post = { id: "late", entity: "box:1", command_type: "Add", payload: { n: 1 } };
  const posted = await under.engine.post({ ...post, expected_sequence: 7 });
  await t.throwsAsync(posted.outcome(), { code: "SEQUENCE_MISMATCH" });
  t.is(under.journal.head.group, group);
  t.is((await under.post({ ...post, expected_sequence: 0 })).status, "done");
});

test("a command that expects a sequence is held to it when it is tried again too", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:1", 1);
  const posted = await under.engine.post({
    id: "late",
    entity: "box:1",
    command_type: "Misbehave",
    payload: { how: "fail" },
    expected_sequence: 1,
  });
  const refused = t.throwsAsync(posted.outcome(), { code: "SEQUENCE_MISMATCH" });
  await settled();
  await (await under.engine.post({ entity: "box:1", command_type: "Add", payload: { n: 1 } })).outcome();
  await under.clock.advance(1_000);
  await refused;
  await t.throwsAsync(under.engine.queries.command("late"), { code: "COMMAND_UNKNOWN" });
  t.like(await under.engine.queries.aggregate("box:1"), { sequence: 2 });
});

test("commands of one aggregate see what the ones before them did, however many come at once", async (t) => {
  const seen: unknown[] = [];
  const under = await EngineUnderTest.start({
    functions: { boxes: boxes({ onHandle: (_command, state) => seen.push(state?.count ?? 0) }) },
  });
  const posts = Array.from({ length: 100 }, () =>
    under.engine.post({ entity: "box:1", command_type: "Add", payload: { n: 1 } }),
  );
  await Promise.all((await Promise.all(posts)).map((posted) => posted.outcome()));
  t.deepEqual(
    seen,
    Array.from({ length: 100 }, (_, index) => index),
  );
});

test("a full mailbox refuses the next command and keeps those it has", async (t) => {
  const under = await EngineUnderTest.start();
  under.functions.available("boxes", false);
  for (let index = 0; index < 1_024 + 32; index++)
    await under.engine.post({ entity: "box:1", command_type: "Add", payload: { n: 1 } }).catch(() => undefined);
  await t.throwsAsync(under.engine.post({ entity: "box:1", command_type: "Add", payload: { n: 1 } }), {
    code: "MAILBOX_FULL",
  });
  under.functions.available("boxes", true);
  await under.clock.advance(60_000);
  t.true((await under.engine.queries.aggregate("box:1")).sequence >= 1_024);
});

test("pending commands go on after a crash, in the order they were accepted", async (t) => {
  const under = await EngineUnderTest.start();
  under.functions.available("boxes", false);
  for (const n of [1, 2, 3]) {
    const posted = await under.engine.post({ id: `${9 - n}`, entity: "box:1", command_type: "Add", payload: { n } });
    await posted.durable;
  }
  await under.crash();
  under.functions.available("boxes", true);
  await under.clock.advance(1_000);
  const { events } = await under.engine.queries.events({ after: 0, limit: 100, filter: { aggregate: "box:1" } });
  t.deepEqual(
    events.map(({ payload }) => payload),
    [{ n: 1 }, { n: 2 }, { n: 3 }],
  );
});

test("time does not go back in an aggregate when the machine's clock does", async (t) => {
  const under = await EngineUnderTest.start();
  const first = await under.add("box:1", 1);
  under.clock.jump(-86_400_000);
  const second = await under.add("box:1", 1);
  t.true((second.events[0]?.time ?? "") >= (first.events[0]?.time ?? "?"));
  await under.crash();
  under.clock.jump(-86_400_000);
  const third = await under.add("box:1", 1);
  t.true((third.events[0]?.time ?? "") >= (second.events[0]?.time ?? "?"));
});

test("closing lets the turns under way end", async (t) => {
  const under = await EngineUnderTest.start();
  const posted = await under.engine.post({ entity: "box:1", command_type: "Add", payload: { n: 1 } });
  await under.engine.close();
  await t.throwsAsync(under.engine.post({ entity: "box:1", command_type: "Add", payload: { n: 1 } }), {
    code: "SHUTTING_DOWN",
  });
  t.is((await posted.outcome()).status, "done");
  await settled();
});
