// What the log keeps of a caller's trace, without a collector.
import test from "ava";

import { at, RestUnderTest } from "../rest/rest-under-test.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const traceparent = `00-${trace}-00f067aa0ba902b7-01`;
const add = { entity: "box:1", command_type: "Add", payload: { n: 1 } };
const added = { entity: "box:1", event_type: "Added", payload: { n: 1 } };

test("a call's traceparent is the id of its cause, and its tree is found as ever", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { body } = await rest.post("/commands", { ...add, id: "one" }, { traceparent });
  t.like(at(body, "command"), { id: "one", cause: { kind: "external", id: traceparent }, root_cause: "one" });
  t.like(at(body, "events", 0), { cause: { kind: "command", id: "one" }, root_cause: "one" });
  for (const id of ["one", "one!0"]) {
    const tree = await rest.get(`/traces/${encodeURIComponent(id)}`);
    t.is(at(tree.body, "id"), "one");
    t.is(at(tree.body, "children", 0, "command", "id"), "one");
  }
});

test("an event from outside keeps its caller's trace, and its tree is found as ever", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { body } = await rest.post("/events", { ...added, id: "e" }, { traceparent });
  t.like(at(body, "event"), { cause: { kind: "external", id: traceparent }, root_cause: "e" });
  t.is(at((await rest.get("/traces/e")).body, "children", 0, "event", "id"), "e");
});

test("all commands of one request keep its caller's trace, and each is a root cause", async (t) => {
  const rest = await RestUnderTest.start(t);
  const response = await fetch(`${rest.url}/commands`, {
    method: "POST",
    body: [1, 2].map((n) => `${JSON.stringify({ ...add, id: `line-${n}` })}\n`).join(""),
    headers: { "content-type": "application/x-ndjson", traceparent },
  });
  const lines = (await response.text()).trim().split("\n");
  for (const [index, line] of lines.entries())
    t.like(at(JSON.parse(line), "command"), {
      cause: { kind: "external", id: traceparent },
      root_cause: `line-${index + 1}`,
    });
  t.is(lines.length, 2);
});

test("a command that is sent again stays in the trace of the first", async (t) => {
  const rest = await RestUnderTest.start(t);
  const first = await rest.post("/commands", { ...add, id: "one" }, { traceparent });
  const again = await rest.post(
    "/commands",
    { ...add, id: "one" },
    { traceparent: traceparent.replace(trace, "a".repeat(32)) },
  );
  t.deepEqual(again.body, first.body);
});

for (const wrong of ["x", `00-${trace}-00f067aa0ba902b7-01-more`, `${traceparent}, ${traceparent}`, "9".repeat(4_000)])
  test(`what is no traceparent leaves no mark: ${wrong.slice(0, 80)}`, async (t) => {
    const rest = await RestUnderTest.start(t);
    const { status, body } = await rest.post("/commands", { ...add, id: "one" }, { traceparent: wrong });
    t.is(status, 200);
    t.is(at(body, "command", "cause", "id"), "one");
  });
