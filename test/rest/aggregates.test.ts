import test from "ava";

import { boxes, boxDispatcher } from "../engine/boxes.ts";
import { at, RestUnderTest } from "./rest-under-test.ts";

const add = (n: number, box = "box:1") => ({ entity: box, command_type: "Add", payload: { n } });

test("an aggregate is read by its root and by a member of it", async (t) => {
  const rest = await RestUnderTest.start(t);
  await rest.post("/commands", { entity: "box:1", command_type: "AddItem", payload: { item: "item:1" } });
  const { status, body } = await rest.get("/aggregates/item:1");
  t.is(status, 200);
  t.deepEqual(body, {
    aggregate: "box:1",
    aggregate_type: "Box",
    sequence: 1,
    state: { count: 0, items: { "item:1": 0 }, points_at: [] },
  });
  t.deepEqual((await rest.get("/aggregates/box%3A1")).body, body);
});

test("an aggregate is read as it was after an event and at a time", async (t) => {
  const rest = await RestUnderTest.start(t);
  const times: string[] = [];
  for (const n of [1, 2, 3]) {
    const { body } = await rest.post("/commands", add(n));
    times.push(String(at(body, "events", 0, "time")));
    // Times have milliseconds: two events of one could not be told apart by time.
    while (new Date().toISOString() <= (times.at(-1) ?? "")) await new Promise(setImmediate);
  }
  t.is(at((await rest.get("/aggregates/box:1?at_sequence=2")).body, "state", "count"), 3);
  t.is(at((await rest.get(`/aggregates/box:1?at_time=${times[1] ?? ""}`)).body, "state", "count"), 3);
  t.is(at((await rest.get(`/aggregates/box:1?at_time=${Date.parse(times[0] ?? "")}`)).body, "sequence"), 1);
});

for (const [path, status, code] of [
  ["/aggregates/box:2", 404, "AGGREGATE_UNKNOWN"],
  ["/aggregates/crate:2", 404, "AGGREGATE_UNKNOWN"],
  ["/aggregates/box:1?at_sequence=0", 404, "AGGREGATE_UNKNOWN"],
  ["/aggregates/box:1?at_sequence=2", 404, "SEQUENCE_UNKNOWN"],
  ["/aggregates/box:1?at_time=1970-01-01T00:00:00Z", 404, "AGGREGATE_UNKNOWN"],
  ["/aggregates/box:1?at_time=noon", 400, "QUERY_INVALID"],
  ["/aggregates/box:1?at_sequence=1&at_time=0", 400, "QUERY_INVALID"],
  ["/aggregates/box", 422, "ENTITY_ID_INVALID"],
  ["/aggregates/box:..%2f..%2fetc", 422, "ENTITY_ID_INVALID"],
  ["/aggregates", 400, "QUERY_INVALID"],
  ["/aggregates?aggregate_type=Crate", 404, "AGGREGATE_TYPE_UNKNOWN"],
  ["/traces/none", 404, "TRACE_UNKNOWN"],
] as const)
  test(`GET ${path} is refused with ${status} ${code}`, async (t) => {
    const rest = await RestUnderTest.start(t);
    await rest.post("/commands", add(1));
    t.like(await rest.get(path), { status, body: { code } });
  });

test("an aggregate that nothing deployed can fold is a conflict", async (t) => {
  const rest = await RestUnderTest.start(t);
  await rest.post("/commands", add(1));
  t.is((await rest.call("DELETE", "/functions/boxes")).status, 204);
  t.like(await rest.get("/aggregates/box:1"), { status: 409, body: { code: "NO_AGGREGATOR" } });
});

test("aggregates of a type are listed in pages", async (t) => {
  const rest = await RestUnderTest.start(t);
  for (const box of ["box:a", "box:b", "box:c"]) await rest.post("/commands", add(1, box));
  await rest.post("/commands", add(1, "box:b"));
  const first = await rest.get("/aggregates?aggregate_type=Box&limit=2");
  t.deepEqual(first.body, {
    aggregates: [
      { aggregate: "box:a", sequence: 1 },
      { aggregate: "box:b", sequence: 2 },
    ],
    next: "box:b",
  });
  const second = await rest.get(/<(.*)>/.exec(first.headers.get("link") ?? "")?.[1] ?? "");
  t.deepEqual(second.body, { aggregates: [{ aggregate: "box:c", sequence: 1 }], next: null });
});

test("a trace shows everything that followed from one call, asked for by any part of it", async (t) => {
  const rest = await RestUnderTest.start(t);
  await rest.deploy(
    "mirror",
    boxDispatcher(["Box.PointedAt"], ({ payload }) => [
      { entity: String(payload["box"]), command_type: "Add", payload: { n: 1 } },
    ]),
  );
  const following = await fetch(`${rest.url}/events?aggregate=box:2`, { headers: { accept: "text/event-stream" } });
  await rest.post("/commands", { id: "root", entity: "box:1", command_type: "PointAt", payload: { box: "box:2" } });
  const stream = following.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("event: Added")) text += (await stream?.read())?.value ?? "";
  await stream?.cancel();
  const { body } = await rest.get("/traces/root");
  t.is(at(body, "id"), "root");
  const event = at(body, "children", 0, "children", 0);
  t.is(at(event, "event", "event_type"), "PointedAt");
  const command = at(event, "children", 0);
  t.is(at(command, "command", "entity"), "box:2");
  const last = at(command, "children", 0, "event", "id");
  t.deepEqual((await rest.get(`/traces/${encodeURIComponent(String(last))}`)).body, body);
});

test("the host's own history is an aggregate too", async (t) => {
  const rest = await RestUnderTest.start(t);
  await rest.deploy("boxes", boxes({ factor: 2 }));
  t.is(at((await rest.get("/aggregates/evento:host")).body, "state", "functions", "boxes", "active"), 2);
  t.is(at((await rest.get("/aggregates/evento:host?at_sequence=2")).body, "state", "functions", "boxes", "active"), 1);
});
