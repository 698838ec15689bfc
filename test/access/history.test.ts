import test from "ava";

import { Access } from "../../host/access/access.ts";
import { Refusals } from "../../host/access/refusals.ts";
import { hostSchema } from "../../host/domain/host-schema.ts";
import type { RefusedAccess } from "../../host/domain/host-state.ts";
import { Deployments } from "../../host/engine/deployments.ts";
import { refusalKindsMax } from "../../host/limits.ts";
import { parseAggregateSchema } from "../../host/schemas/aggregate-schema.ts";
import { at, RestUnderTest } from "../rest/rest-under-test.ts";
import { until } from "../until.ts";
import { bearer, TokensUnderTest } from "./tokens-under-test.ts";

const add = { entity: "box:1", command_type: "Add", payload: { n: 2 } };
const kind = { code: "FORBIDDEN", address: "::1", method: "GET", route: "/events", scope: "read" };

async function history(rest: RestUnderTest, type: string): Promise<readonly unknown[]> {
  const { events } = await rest.engine.queries.events({ after: 0, limit: 1_000, filter: { event_type: type } });
  return events.map(({ payload }) => payload);
}

test("a refused call is an event that says who, from where, what and why", async (t) => {
  const tokens = new TokensUnderTest(t);
  const bags = bearer(await tokens.create("bags", ["commands:Bag"]));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  await rest.post("/commands", add, bags);
  await rest.get("/aggregates/box:1");
  await until(async () => (await history(rest, "AccessRefused")).length === 2);
  const [forbidden, unknown] = await history(rest, "AccessRefused");
  t.like(forbidden, {
    code: "FORBIDDEN",
    caller: "bags",
    address: "127.0.0.1",
    method: "POST",
    route: "/commands",
    scope: "commands:Box",
  });
  t.like(unknown, { code: "UNAUTHENTICATED", caller: "", route: "/aggregates/:entity" });
});

test("a thousand refusals of one kind are one event at once and one that counts them", async (t) => {
  const told: RefusedAccess[] = [];
  const refusals = new Refusals({ record: async (more) => void told.push(...more) });
  for (let count = 0; count < 1_000; count++) refusals.add({ ...kind, caller: "one" });
  await refusals.close();
  t.deepEqual(
    told.map(({ caller, count }) => ({ caller, count })),
    [
      { caller: "one", count: 1 },
      { caller: "one", count: 999 },
    ],
  );
});

test("refusals of ever other kinds are bounded, and none of them is lost", async (t) => {
  const told: RefusedAccess[] = [];
  const refusals = new Refusals({ record: async (more) => void told.push(...more) });
  for (let count = 0; count < 10_000; count++) refusals.add({ ...kind, caller: `caller-${count}` });
  await refusals.close();
  t.is(told.length, refusalKindsMax + 1);
  t.is(
    told.reduce((sum, { count }) => sum + count, 0),
    10_000,
  );
});

test("a token that is made, changed or revoked is an event with its name and scopes", async (t) => {
  const tokens = new TokensUnderTest(t);
  await tokens.create("early", ["read"]);
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  t.like((await history(rest, "TokenGranted"))[0], { name: "early", scopes: ["read"], expires: null });
  await tokens.create("late", ["commands:Box", "deploy"]);
  await until(async () => (await history(rest, "TokenGranted")).length === 2);
  t.like((await history(rest, "TokenGranted"))[1], { name: "late", scopes: ["commands:Box", "deploy"] });
  await tokens.revoke("early");
  await until(async () => (await history(rest, "TokenRevoked")).length === 1);
  t.deepEqual(await history(rest, "TokenRevoked"), [{ name: "early" }]);
});

test("no token and no hash of one is in any answer, event, metric or log line", async (t) => {
  const tokens = new TokensUnderTest(t);
  const canary = await tokens.create("canary", ["read", "commands:*"]);
  const nearly = `${canary.slice(0, -1)}x`;
  const all = bearer(await tokens.create("all", ["read", "operate", "deploy"]));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  const texts: string[] = [];
  for (const headers of [bearer(canary), bearer(nearly), all])
    for (const path of ["/events", "/commands?status=parked", "/metrics", "/functions", "/aggregates/evento:host"]) {
      const response = await fetch(rest.url + path, { headers });
      texts.push(await response.text(), JSON.stringify([...response.headers]));
    }
  texts.push(JSON.stringify(rest.logged));
  t.true(texts.some((text) => text.includes("canary")));
  const { tokens: entries } = JSON.parse(await tokens.text());
  const secrets = [canary, nearly, ...entries.map((entry: unknown) => String(at(entry, "hash")))];
  for (const secret of secrets) t.false(texts.some((text) => text.includes(secret)));
});

test("what one type of aggregate holds is in no answer to a token for another", async (t) => {
  const tokens = new TokensUnderTest(t);
  const bags = bearer(await tokens.create("bags", ["read:Bag", "commands:Bag", "events:Bag"]));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  const posted = await rest.engine.post({
    id: "pointer",
    entity: "box:2",
    command_type: "PointAt",
    payload: { box: "box:canary" },
    expected_sequence: undefined,
  });
  t.true(JSON.stringify(await posted.outcome()).includes("canary"));
  const texts: string[] = [];
  for (const { method, path, access } of rest.server.routes) {
    if (access === "open" || method !== "get") continue;
    for (const id of ["pointer", "pointer!0", "box:2", "Box", "boxes", "1"])
      for (const query of ["", "?aggregate_type=Box", "?aggregate=box:2", "?entity=box:2", "?status=pending"]) {
        const accept = "application/json, application/x-ndjson";
        const url = rest.url + path.replaceAll(/:\w+/g, encodeURIComponent(id)) + query;
        const response = await fetch(url, { headers: { ...bags, accept }, signal: AbortSignal.timeout(5_000) });
        texts.push(await response.text());
      }
  }
  for (const text of texts) t.false(/canary|Point/.test(text), text);
  const { body } = await rest.call("GET", "/events", { headers: bags });
  t.deepEqual(at(body, "events"), []);
  t.true(Number(at(body, "next")) > 0);
});

test("a reader of all sees the whole log as a stream, one of a type only what is of that type", async (t) => {
  const tokens = new TokensUnderTest(t);
  const all = bearer(await tokens.create("all", ["read"]));
  const boxes = bearer(await tokens.create("boxes", ["read:Box"]));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  await (await rest.engine.post({ id: "a", ...add, expected_sequence: undefined })).outcome();
  const typesOf = async (headers: { authorization: string }): Promise<ReadonlySet<unknown>> => {
    const response = await fetch(`${rest.url}/events`, { headers: { ...headers, accept: "application/x-ndjson" } });
    const lines = (await response.text()).trim().split("\n");
    return new Set(lines.map((line) => at(JSON.parse(line), "aggregate_type")));
  };
  t.deepEqual(await typesOf(all), new Set(["evento", "Box"]));
  t.deepEqual(await typesOf(boxes), new Set(["Box"]));
});

test("a token that was revoked while no host ran is told at the next start, one that is still there is not told again", async (t) => {
  const tokens = new TokensUnderTest(t);
  await tokens.create("gone", ["read"]);
  await tokens.create("kept", ["read"]);
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  await rest.access.close();
  await tokens.revoke("gone");
  const logger = { log: () => {} };
  const next = await Access.open({ tokens: tokens.path, issuer: undefined, history: rest.engine.access, logger });
  t.teardown(() => next.close());
  t.deepEqual(await history(rest, "TokenRevoked"), [{ name: "gone" }]);
  t.is((await history(rest, "TokenGranted")).length, 2);
});

test("what a host wrote whose own schema was shorter is read as it was", (t) => {
  const newest = parseAggregateSchema(hostSchema, { reserved: true });
  const before = parseAggregateSchema(hostSchema.slice(0, -3), { reserved: true });
  t.not(before.fingerprint, newest.fingerprint);
  const deployments = new Deployments();
  t.is(deployments.schema("evento", before.fingerprint).fingerprint, newest.fingerprint);
  t.true(before.events.size > 5);
  for (const [name, codec] of before.events) t.is(newest.events.get(name)?.fingerprint, codec.fingerprint, name);
});
