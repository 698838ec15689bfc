import { statSync } from "node:fs";

import test from "ava";

import { at, RestUnderTest } from "../rest/rest-under-test.ts";
import { until } from "../until.ts";
import { bearer, TokensUnderTest } from "./tokens-under-test.ts";

const add = { entity: "box:1", command_type: "Add", payload: { n: 2 } };
const added = { entity: "box:1", event_type: "Added", payload: { n: 2 } };

test("without a token every route that is not open is a 401 that says how to be known", async (t) => {
  const tokens = new TokensUnderTest(t);
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  const { status, headers, body } = await rest.post("/commands", add);
  t.is(status, 401);
  t.is(headers.get("www-authenticate"), "Bearer");
  t.is(at(body, "code"), "UNAUTHENTICATED");
  t.is((await rest.get("/events")).status, 401);
  t.is((await fetch(`${rest.url}/events`, { method: "HEAD" })).status, 401);
  for (const open of ["/healthz", "/readyz", "/openapi.json"]) t.is((await rest.get(open)).status, 200, open);
});

test("every route that changes something or shows what is stored asks for a scope, and the document says which", async (t) => {
  const rest = await RestUnderTest.start(t);
  const open = rest.server.routes.filter(({ access }) => access === "open").map(({ path }) => path);
  t.deepEqual(open.toSorted(), ["/healthz", "/openapi.json", "/readyz"]);
  const { body } = await rest.get("/openapi.json");
  for (const { method, path, access } of rest.server.routes) {
    const documented = at(body, "paths", path.replaceAll(/:(\w+)/g, "{$1}"), method, "security");
    t.deepEqual(documented, access === "open" ? [] : access.map((action) => ({ bearer: [action] })), path);
  }
});

test("no route answers a token without scopes of its own with anything but a refusal", async (t) => {
  const tokens = new TokensUnderTest(t);
  const nothing = bearer(await tokens.create("nothing", []));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  for (const { method, path, access } of rest.server.routes) {
    if (access === "open") continue;
    const response = await fetch(rest.url + path.replaceAll(/:\w+/g, "x"), { method, headers: nothing });
    t.is(response.status, 403, `${method} ${path}`);
    t.regex(await response.text(), new RegExp(access.join(" or ")), `${method} ${path}`);
  }
});

test("a token posts commands to the aggregates it is for and to no others", async (t) => {
  const tokens = new TokensUnderTest(t);
  const boxes = bearer(await tokens.create("boxes", ["commands:Box"]));
  const bags = bearer(await tokens.create("bags", ["commands:Bag"]));
  const all = bearer(await tokens.create("all", ["commands:*"]));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  t.is((await rest.post("/commands", add, boxes)).status, 200);
  t.is((await rest.post("/commands", add, all)).status, 200);
  const { status, body } = await rest.post("/commands", add, bags);
  t.is(status, 403);
  t.is(at(body, "code"), "FORBIDDEN");
  t.regex(String(at(body, "detail")), /commands:Box/);
  t.is((await rest.post("/events", added, boxes)).status, 403);
  t.is((await rest.post("/commands", { ...add, entity: "nobody:1" }, boxes)).status, 403);
  t.is((await rest.post("/commands", { ...add, entity: "nobody:1" }, all)).status, 422);
  t.is((await rest.engine.queries.aggregate("box:1")).sequence, 2);
});

test("events from outside take a scope of their own", async (t) => {
  const tokens = new TokensUnderTest(t);
  const events = bearer(await tokens.create("events", ["events:Box"]));
  const commands = bearer(await tokens.create("commands", ["commands:*"]));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  t.is((await rest.post("/events", added, events)).status, 201);
  t.is((await rest.post("/events", added, commands)).status, 403);
});

test("lines of one request are each let in or refused", async (t) => {
  const tokens = new TokensUnderTest(t);
  const boxes = bearer(await tokens.create("boxes", ["commands:Box"]));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  const lines = [add, { ...add, entity: "nobody:1" }, add].map((line) => `${JSON.stringify(line)}\n`).join("");
  const { body } = await rest.post("/commands", lines, { ...boxes, "content-type": "application/x-ndjson" });
  const statuses = String(body)
    .trim()
    .split("\n")
    .map((line) => at(JSON.parse(line), "status"));
  t.deepEqual(statuses, ["done", 403, "done"]);
});

test("who posts may look what became of it, and others do not learn that it is there", async (t) => {
  const tokens = new TokensUnderTest(t);
  const boxes = bearer(await tokens.create("boxes", ["commands:Box"]));
  const bags = bearer(await tokens.create("bags", ["commands:Bag", "read:Bag"]));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  await rest.post("/commands", { ...add, id: "a" }, boxes);
  t.is((await rest.call("GET", "/commands/a", { headers: boxes })).status, 200);
  const hidden = await rest.call("GET", "/commands/a", { headers: bags });
  const missing = await rest.call("GET", "/commands/b", { headers: bags });
  t.is(hidden.status, 404);
  t.deepEqual(at(hidden.body, "code"), at(missing.body, "code"));
  t.is((await rest.call("GET", "/events/a!0", { headers: bags })).status, 404);
});

test("who deploys neither reads nor posts, and who operates does not deploy", async (t) => {
  const tokens = new TokensUnderTest(t);
  const deploy = bearer(await tokens.create("deploy", ["deploy"]));
  const operate = bearer(await tokens.create("operate", ["operate"]));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  const status = async (method: string, path: string, headers: { authorization: string }): Promise<number> =>
    (await rest.call(method, path, { headers })).status;
  t.is(await status("GET", "/events", deploy), 403);
  t.is(await status("GET", "/aggregates/box:1", deploy), 403);
  t.is(await status("GET", "/metrics", deploy), 403);
  t.is((await rest.post("/commands", add, deploy)).status, 403);
  t.is(await status("GET", "/functions", deploy), 200);
  t.is(await status("GET", "/schemas", deploy), 200);
  t.is(await status("DELETE", "/functions/boxes", operate), 403);
  t.is(await status("GET", "/metrics", operate), 200);
  t.is(await status("GET", "/commands?status=parked", operate), 200);
  t.is(await status("POST", "/commands/none/retry", operate), 404);
  t.is(await status("DELETE", "/functions/boxes", deploy), 204);
});

test("a revoked token is refused within a second, while the others go on", async (t) => {
  const tokens = new TokensUnderTest(t);
  const one = bearer(await tokens.create("one", ["read"]));
  const other = bearer(await tokens.create("other", ["read"]));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  t.is((await rest.call("GET", "/events", { headers: one })).status, 200);
  await tokens.revoke("one");
  const began = performance.now();
  await until(async () => (await rest.call("GET", "/events", { headers: one })).status === 401);
  t.true(performance.now() - began < 1_000);
  t.is((await rest.call("GET", "/events", { headers: other })).status, 200);
});

test("a stream shows nothing more once its token is revoked", async (t) => {
  const tokens = new TokensUnderTest(t);
  const token = bearer(await tokens.create("one", ["read"]));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  const response = await fetch(`${rest.url}/events`, { headers: { ...token, accept: "text/event-stream" } });
  await tokens.revoke("one");
  await until(async () => (await rest.call("GET", "/events", { headers: token })).status === 401);
  await rest.engine.post({ id: "after", expected_sequence: undefined, ...add });
  // It ends by itself: without a bound on what is read this would wait for ever.
  t.notRegex(await response.text(), /"after/);
});

test("an expired token is refused", async (t) => {
  const tokens = new TokensUnderTest(t);
  const past = bearer(await tokens.create("past", ["read"], new Date(Date.now() - 1_000).toISOString()));
  const later = bearer(await tokens.create("later", ["read"], new Date(Date.now() + 60_000).toISOString()));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  t.is((await rest.call("GET", "/events", { headers: past })).status, 401);
  t.is((await rest.call("GET", "/events", { headers: later })).status, 200);
});

for (const [what, headers] of [
  ["a token with one letter changed", (token: string) => ({ authorization: `Bearer ${token.slice(0, -1)}!` })],
  ["another scheme", (token: string) => ({ authorization: `Basic ${token}` })],
  ["two tokens", (token: string) => ({ authorization: `Bearer ${token} ${token}` })],
  ["a token in the query", () => ({})],
  ["the hash of a token", () => ({ authorization: `Bearer ${"0".repeat(64)}` })],
  ["a name of the prototype", () => ({ authorization: "Bearer evento___proto__" })],
] as const)
  test(`${what} opens nothing`, async (t) => {
    const tokens = new TokensUnderTest(t);
    const token = await tokens.create("one", ["read"]);
    const rest = await RestUnderTest.start(t, { tokens: tokens.path });
    const response = await fetch(`${rest.url}/events?access_token=${token}`, { headers: headers(token) });
    t.is(response.status, 401);
  });

for (const [what, text] of [
  ["is no JSON", "{"],
  ["is empty", ""],
  ["has a scope that is none", '{"tokens": [{"name": "a", "hash": "00", "scopes": ["root"]}]}'],
  ["has a member that nobody knows", '{"tokens": [], "allow": "*"}'],
] as const)
  test(`a file that ${what} keeps the tokens that were, and the log says so`, async (t) => {
    const tokens = new TokensUnderTest(t);
    const one = bearer(await tokens.create("one", ["read"]));
    const rest = await RestUnderTest.start(t, { tokens: tokens.path });
    tokens.write(text);
    await until(() => rest.logged.some(({ event }) => event === "access.tokens.kept"));
    t.is((await rest.call("GET", "/events", { headers: one })).status, 200);
    await t.throwsAsync(RestUnderTest.start(t, { tokens: tokens.path }), { code: "TOKENS_INVALID" });
  });

test("the file can be read by its owner only", async (t) => {
  const tokens = new TokensUnderTest(t);
  await tokens.create("one", ["read"]);
  t.is(statSync(tokens.path).mode & 0o777, 0o600);
});
