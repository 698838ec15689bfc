import test from "ava";

import { at, RestUnderTest } from "./rest-under-test.ts";

const add = { entity: "box:1", command_type: "Add", payload: { n: 2 } };

test("a host is alive and ready, with each check by name", async (t) => {
  const rest = await RestUnderTest.start(t);
  t.is((await rest.get("/healthz")).status, 200);
  const { status, body } = await rest.get("/readyz");
  t.is(status, 200);
  t.deepEqual(body, { status: "ok", checks: { accepting: "ok", room: "ok" }, isolation_level: 0 });
});

test("who asks a host that is not ready is told which check says so, and when to ask again", async (t) => {
  const rest = await RestUnderTest.start(t);
  t.is((await rest.get("/readyz")).headers.get("retry-after"), null);
  rest.server.stop();
  const { status, headers, body } = await rest.get("/readyz");
  t.is(status, 503);
  t.regex(headers.get("retry-after") ?? "", /^[1-9]\d*$/);
  t.like(body, { status: "unavailable", checks: { accepting: "the host is shutting down", room: "ok" } });
});

test("metrics count commands by outcome, events and calls of functions", async (t) => {
  const rest = await RestUnderTest.start(t);
  await rest.post("/commands", add);
  await rest.post("/commands", { ...add, command_type: "Divide" });
  await rest.post("/commands", { ...add, command_type: "Misbehave", payload: { how: "fail" } });
  const { headers, body } = await rest.get("/metrics");
  t.regex(headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const text = String(body);
  for (const line of [
    'evento_command_seconds_count{outcome="done"} 1',
    'evento_command_seconds_count{outcome="refused"} 1',
    'evento_command_seconds_count{outcome="parked"} 1',
    'evento_commands_ended_total{outcome="done"} 1',
    'evento_commands_ended_total{outcome="parked"} 1',
    "evento_commands_pending 0",
    `evento_journal_position ${rest.engine.head.position}`,
    'evento_function_failures_total{function="boxes"} 2',
    'evento_http_request_seconds_count{method="POST",route="/commands",status="422"} 1',
  ])
    t.true(text.split("\n").includes(line), `${line} is not in\n${text}`);
  t.regex(text, /^process_cpu_seconds_total /m);
});

test("ids never become labels of metrics", async (t) => {
  const rest = await RestUnderTest.start(t);
  await rest.get("/commands/secret-id");
  await rest.get("/nowhere/secret-id");
  t.false(String((await rest.get("/metrics")).body).includes("secret-id"));
});

test("every route is in the document, with a schema for each answer and all references resolved", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { body: document } = await rest.get("/openapi.json");
  t.is(at(document, "openapi"), "3.1.0");
  t.true(rest.server.routes.length > 20);
  for (const { method, path, answers, parameters = [] } of rest.server.routes) {
    const operation = at(document, "paths", path.replaceAll(/:(\w+)/g, "{$1}"), method);
    t.deepEqual(
      new Set(Object.keys(Object(at(operation, "responses")))),
      new Set([...Object.keys(answers), "default"]),
    );
    const described = parameters.filter((parameter) => parameter.in === "path").map(({ name }) => name);
    t.deepEqual(
      described,
      [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? ""),
      `${method} ${path}`,
    );
  }
  const names = new Set(Object.keys(Object(at(document, "components", "schemas"))));
  for (const [, name = ""] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g))
    t.true(names.has(name), name);
});
