import test from "ava";

import { boxDispatcher, boxes, boxSchemaJson } from "../engine/boxes.ts";
import { at, RestUnderTest } from "./rest-under-test.ts";

const wasm = { "content-type": "application/wasm" };
const add = { entity: "box:1", command_type: "Add", payload: { n: 2 } };
const rules = {
  rules: [
    {
      on: "Box.PointedAt",
      when: "event.payload.box != event.entity",
      dispatch: [{ entity: "event.payload.box", command_type: "Add", payload: { n: 1 } }],
    },
  ],
};

test("a component is deployed as a version, and again changes nothing", async (t) => {
  const rest = await RestUnderTest.start(t, { boxes: null });
  const component = rest.component("box-1", boxes());
  const first = await rest.call("PUT", "/functions/boxes", { body: Buffer.from(component), headers: wasm });
  t.is(first.status, 201);
  t.like(first.body, { name: "boxes", version: 1, kinds: ["handler", "aggregator"], aggregate: "Box" });
  const again = await rest.call("PUT", "/functions/boxes", { body: Buffer.from(component), headers: wasm });
  t.is(again.status, 200);
  t.deepEqual(again.body, first.body);
  t.is((await rest.post("/commands", add)).status, 200);
});

test("a refused component is answered with the reason, and what ran goes on", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { status, body } = await rest.call("PUT", "/functions/boxes", { body: "garbage", headers: wasm });
  t.is(status, 422);
  t.is(at(body, "code"), "FUNCTION_REFUSED");
  t.is((await rest.post("/commands", add)).status, 200);
});

test("a second function in charge is a conflict", async (t) => {
  const rest = await RestUnderTest.start(t);
  const component = Buffer.from(rest.component("rival", boxes({ factor: 2 })));
  t.like(await rest.call("PUT", "/functions/rival", { body: component, headers: wasm }), {
    status: 409,
    body: { code: "FUNCTION_CLAIMED" },
  });
});

test("rules are deployed as JSON and shown as they are", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { status, body } = await rest.call("PUT", "/functions/mirror", { body: rules });
  t.is(status, 201);
  t.deepEqual(at(body, "rules"), rules);
  t.like(body, { kinds: ["dispatcher"], events: ["Box.PointedAt"] });
  t.like((await rest.get("/functions/mirror")).body, { name: "mirror", lag: 0 });
});

test("wrong rules are refused with where they are wrong", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { status, body } = await rest.call("PUT", "/functions/mirror", { body: { rules: [{ on: "Box.PointedAt" }] } });
  t.is(status, 422);
  t.is(at(body, "code"), "RULES_INVALID");
});

test("functions are listed with what they are and how they do", async (t) => {
  const rest = await RestUnderTest.start(t);
  await rest.deploy(
    "mirror",
    boxDispatcher(["Box.Added"], () => []),
  );
  await rest.post("/commands", add);
  const { body } = await rest.get("/functions");
  t.like(at(body, "functions", 0), { name: "boxes", version: 1, process: { state: "running", calls: 1 } });
  t.like(at(body, "functions", 1), { name: "mirror", kinds: ["dispatcher"] });
  t.deepEqual(at((await rest.get("/functions/boxes")).body, "digest"), at(body, "functions", 0, "digest"));
});

test("what a function logged of late is shown, from a line on", async (t) => {
  const rest = await RestUnderTest.start(t);
  t.deepEqual((await rest.get("/functions/boxes/lines")).body, { last: 0, lines: [] });
  for (const message of ["one", "two", "three"])
    rest.recentLines.put({ name: "boxes", digest: "d", level: "info", message });
  rest.recentLines.put({ name: "other", digest: "d", level: "warn", message: "not mine" });
  const { body } = await rest.get("/functions/boxes/lines?after=1");
  t.like(at(body, "lines", 0), { number: 2, level: "info", message: "two", digest: "d" });
  t.like(at(body, "lines", 1), { number: 3, message: "three" });
  t.is(at(body, "lines", 2), undefined);
  t.is((await rest.get("/functions/nobody/lines")).status, 404);
  t.is((await rest.get("/functions/boxes/lines?after=soon")).status, 400);
});

test("a function goes back to an earlier version", async (t) => {
  const rest = await RestUnderTest.start(t);
  await rest.deploy("boxes", boxes({ factor: 2 }));
  t.like((await rest.get("/functions/boxes/versions")).body, { active: 2 });
  const { status, body } = await rest.post("/functions/boxes/rollback", { version: 1 });
  t.is(status, 200);
  t.is(at(body, "version"), 1);
  t.like((await rest.get("/functions/boxes/versions")).body, { active: 1, versions: [{ version: 1 }, { version: 2 }] });
  t.like(await rest.post("/functions/boxes/rollback", { version: 9 }), {
    status: 404,
    body: { code: "VERSION_UNKNOWN" },
  });
  t.like(await rest.post("/functions/boxes/rollback", {}), { status: 400, body: { code: "BODY_INVALID" } });
});

test("a function is removed, and is unknown then", async (t) => {
  const rest = await RestUnderTest.start(t);
  t.is((await rest.call("DELETE", "/functions/boxes")).status, 204);
  for (const answer of [
    await rest.get("/functions/boxes"),
    await rest.get("/functions/boxes/versions"),
    await rest.call("DELETE", "/functions/boxes"),
    await rest.post("/functions/boxes/rollback", { version: 1 }),
  ])
    t.like(answer, { status: 404, body: { code: "FUNCTION_UNKNOWN" } });
  t.like(await rest.post("/commands", add), { status: 422, body: { code: "NO_HANDLER" } });
});

test("a name that is none is refused", async (t) => {
  const rest = await RestUnderTest.start(t);
  t.like(await rest.call("PUT", "/functions/Boxes", { body: rules }), {
    status: 422,
    body: { code: "FUNCTION_NAME_INVALID" },
  });
});

test("a schema is registered, versioned and read by fingerprint", async (t) => {
  const rest = await RestUnderTest.start(t, { boxes: null });
  const first = await rest.call("PUT", "/schemas/Box", { body: boxSchemaJson });
  t.is(first.status, 201);
  t.like(first.body, { aggregate_type: "Box", version: 1 });
  t.is((await rest.call("PUT", "/schemas/Box", { body: boxSchemaJson })).status, 200);
  const more = [...boxSchemaJson, { type: "record", name: "Emptied", namespace: "Box", evento: "event", fields: [] }];
  t.is(at((await rest.call("PUT", "/schemas/Box", { body: more })).body, "version"), 2);
  const fingerprint = String(at(first.body, "fingerprint"));
  t.deepEqual(at((await rest.get(`/schemas/Box/${fingerprint}`)).body, "schema"), boxSchemaJson);
  t.deepEqual(at((await rest.get("/schemas/Box")).body, "schema"), more);
  t.is(at((await rest.get("/schemas")).body, "schemas", 0, "version"), 2);
});

test("a schema that can't read what is stored is a conflict, and says what breaks", async (t) => {
  const rest = await RestUnderTest.start(t);
  await rest.call("POST", "/commands", { body: { entity: "box:1", command_type: "Add", payload: { n: 1 } } });
  const broken = boxSchemaJson.map((type) =>
    at(type, "name") === "Added" ? { ...type, fields: [{ name: "n", type: "string" }] } : type,
  );
  const { status, body } = await rest.call("PUT", "/schemas/Box", { body: broken });
  t.is(status, 409);
  t.is(at(body, "code"), "SCHEMA_INCOMPATIBLE");
  t.regex(String(at(body, "errors", 0, "path")), /Added/);
});

for (const [method, path, body, status, code] of [
  ["PUT", "/schemas/Crate", boxSchemaJson, 422, "SCHEMA_INVALID"],
  ["PUT", "/schemas/Box", [{ type: "recrd" }], 422, "SCHEMA_INVALID"],
  ["GET", "/schemas/Crate", undefined, 404, "SCHEMA_UNKNOWN"],
  ["GET", "/schemas/Box/0000000000000000", undefined, 404, "SCHEMA_UNKNOWN"],
] as const)
  test(`${method} ${path} is refused with ${status} ${code} (${JSON.stringify(body)?.slice(0, 20)})`, async (t) => {
    const rest = await RestUnderTest.start(t);
    t.like(await rest.call(method, path, body === undefined ? {} : { body }), { status, body: { code } });
  });
