import test from "ava";

import { boxes } from "../engine/boxes.ts";
import { at, RestUnderTest } from "./rest-under-test.ts";

const add = { entity: "box:1", command_type: "Add", payload: { n: 2 } };
const fail = { entity: "box:1", command_type: "Misbehave", payload: { how: "fail" } };

test("a posted command is answered with its events", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { status, body } = await rest.post("/commands", add);
  t.is(status, 200);
  t.is(at(body, "status"), "done");
  t.like(at(body, "command"), { ...add, aggregate: "box:1", aggregate_type: "Box", depth: 0 });
  t.like(at(body, "events", 0), { event_type: "Added", sequence: 1, payload: { n: 2 }, cause: { kind: "command" } });
});

test("a command can be asked for by its id", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { body } = await rest.post("/commands", add);
  t.deepEqual((await rest.get(`/commands/${String(at(body, "command", "id"))}`)).body, body);
});

test("the same id and content again answers the first outcome, by body, header and quoted header", async (t) => {
  const rest = await RestUnderTest.start(t);
  const first = await rest.post("/commands", { ...add, id: "once" });
  t.is(at(first.body, "command", "id"), "once");
  t.deepEqual((await rest.post("/commands", { ...add, id: "once" })).body, first.body);
  t.deepEqual((await rest.post("/commands", add, { "idempotency-key": "once" })).body, first.body);
  t.deepEqual((await rest.post("/commands", add, { "idempotency-key": '"once"' })).body, first.body);
  t.deepEqual((await rest.post("/commands", { ...add, id: "once" }, { "idempotency-key": "once" })).status, 200);
  t.is(at((await rest.get("/aggregates/box:1")).body, "sequence"), 1);
});

test("an id in the header that differs from the one in the body is refused", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { status, body } = await rest.post("/commands", { ...add, id: "one" }, { "idempotency-key": "other" });
  t.is(status, 400);
  t.is(at(body, "code"), "HEADER_INVALID");
});

for (const [what, post, status, code] of [
  ["an id with other content", { ...add, id: "once", payload: { n: 3 } }, 409, "ID_CONFLICT"],
  ["a sequence that is not there", { ...add, expected_sequence: 7 }, 412, "SEQUENCE_MISMATCH"],
  ["an unknown entity type", { ...add, entity: "crate:1" }, 422, "ENTITY_TYPE_UNKNOWN"],
  ["an unknown child", { entity: "item:1", command_type: "TouchItem" }, 422, "ENTITY_UNKNOWN"],
  ["an unknown command", { ...add, command_type: "Divide" }, 422, "COMMAND_TYPE_UNKNOWN"],
  ["a payload off its schema", { ...add, payload: { n: "many" } }, 422, "PAYLOAD_INVALID"],
  ["an entity that is no entity id", { ...add, entity: "box" }, 422, "ENTITY_ID_INVALID"],
  ["an id of wrong form", { ...add, id: "no spaces" }, 422, "ID_INVALID"],
  ["a field that is not known", { ...add, paylod: {} }, 400, "BODY_INVALID"],
  ["a field that is missing", { entity: "box:1" }, 400, "BODY_INVALID"],
  ["an expected sequence that is no number", { ...add, expected_sequence: "1" }, 400, "BODY_INVALID"],
  ["a body that is a list", [add], 400, "BODY_INVALID"],
] as const)
  test(`${what} is refused with ${status} and nothing happens`, async (t) => {
    const rest = await RestUnderTest.start(t);
    await rest.post("/commands", { ...add, id: "once" });
    const { position } = rest.engine.head;
    const answer = await rest.post("/commands", post);
    t.is(answer.status, status);
    t.is(answer.headers.get("content-type"), "application/problem+json");
    t.like(answer.body, { code, status, type: `urn:evento:error:${code}` });
    t.is(rest.engine.head.position, position);
  });

test("a fault of a payload is named by its path", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { body } = await rest.post("/commands", { ...add, payload: { n: 1, m: 2 } });
  t.is(at(body, "errors", 0, "path"), "payload.m");
});

test("a command that nothing handles is refused", async (t) => {
  const rest = await RestUnderTest.start(t, { boxes: boxes({ kinds: ["aggregator"] }) });
  t.like(await rest.post("/commands", add), { status: 422, body: { code: "NO_HANDLER" } });
});

test("respond-async answers at once where to look, and the command is on disk", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { status, headers, body } = await rest.post("/commands", { ...add, id: "a:b" }, { prefer: "respond-async" });
  t.is(status, 202);
  t.is(headers.get("location"), "/commands/a%3Ab");
  t.is(headers.get("preference-applied"), "respond-async");
  t.is(at(body, "command", "id"), "a:b");
  t.is((await rest.get(headers.get("location") ?? "")).status, 200);
});

test("past the wait the answer is that it is pending, and it goes on", async (t) => {
  const rest = await RestUnderTest.start(t, { waitMs: 1, settings: { backoffMs: 300 } });
  const posted = await rest.post("/commands", { ...fail, id: "slow" });
  t.is(posted.status, 202);
  t.is(at(posted.body, "status"), "pending");
  const waited = await rest.post("/commands", { ...fail, id: "slow" }, { prefer: "wait=10" });
  t.is(waited.status, 202);
  t.is(waited.headers.get("preference-applied"), "wait=10");
  t.like(waited.body, { status: "parked", attempts: 2, last_error: "told to fail" });
});

test("a parked command is listed, retried, and done when its function is mended", async (t) => {
  const rest = await RestUnderTest.start(t);
  const posted = await rest.post("/commands", { ...fail, id: "p" });
  t.is(posted.status, 202);
  t.is(at(posted.body, "status"), "parked");
  t.is(at((await rest.get("/commands?status=parked")).body, "commands", 0, "command", "id"), "p");
  t.is(at((await rest.post("/commands/p/retry", undefined)).body, "status"), "parked");
  await rest.deploy("boxes", boxes({ mended: true }));
  const again = await rest.post("/commands", { ...fail, id: "p" });
  t.is(again.status, 200);
  t.is(at(again.body, "status"), "done");
  t.deepEqual(at((await rest.get("/commands?status=parked")).body, "commands"), []);
  t.like(await rest.post("/commands/p/retry", undefined), { status: 409, body: { code: "COMMAND_NOT_PARKED" } });
});

test("parked commands are listed in pages", async (t) => {
  const rest = await RestUnderTest.start(t);
  for (const id of ["a", "b", "c"]) await rest.post("/commands", { ...fail, id });
  const first = await rest.get("/commands?status=parked&limit=2");
  t.is(at(first.body, "next"), "b");
  t.is(first.headers.get("link"), '</commands?status=parked&limit=2&after=b>; rel="next"');
  const second = await rest.get("/commands?status=parked&limit=2&after=b");
  t.is(at(second.body, "commands", 0, "command", "id"), "c");
  t.is(at(second.body, "next"), null);
});

test("while a function can't be run its commands wait", async (t) => {
  const rest = await RestUnderTest.start(t, { waitMs: 20 });
  rest.functions.available("boxes", false);
  t.is(at((await rest.post("/commands", { ...add, id: "w" })).body, "status"), "pending");
  t.is(at((await rest.get("/commands?status=pending")).body, "commands", 0, "command", "id"), "w");
  rest.functions.available("boxes", true);
  t.is(at((await rest.post("/commands", { ...add, id: "w" }, { prefer: "wait=10" })).body, "status"), "done");
});

test("an unknown command is a 404", async (t) => {
  const rest = await RestUnderTest.start(t);
  t.like(await rest.get("/commands/none"), { status: 404, body: { code: "COMMAND_UNKNOWN" } });
  t.like(await rest.post("/commands/none/retry", undefined), { status: 404, body: { code: "COMMAND_UNKNOWN" } });
});
