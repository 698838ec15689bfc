import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import test from "ava";

import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { HostHarness } from "../host-harness.ts";
import { at } from "./rest-under-test.ts";

const greeting = fileURLToPath(new URL("../../functions/greeting", import.meta.url));

async function json(response: Promise<Response>): Promise<{ status: number; body: unknown }> {
  const answered = await response;
  return { status: answered.status, body: await answered.json() };
}

async function deployGreeting(host: HostHarness): Promise<number> {
  const built = await buildFunction(greeting);
  if (built.kind !== "component") throw new Error("expected a component");
  const { status } = await fetch(`${host.url}/functions/greeting`, {
    method: "PUT",
    headers: { "content-type": "application/wasm" },
    body: Buffer.from(built.component),
  });
  return status;
}

function greet(host: HostHarness, id: string): Promise<{ status: number; body: unknown }> {
  return json(
    fetch(`${host.url}/commands`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id, entity: "greeting:1", command_type: "Greet", payload: { name: "Ada" } }),
    }),
  );
}

test("a host takes a function and a command, and after a kill has what it answered", async (t) => {
  const host = await HostHarness.start(t);
  t.is(await deployGreeting(host), 201);
  const first = await greet(host, "hello");
  t.is(first.status, 200, JSON.stringify(first.body));
  t.deepEqual(await host.kill("SIGKILL"), { code: null, signal: "SIGKILL" });
  await host.start();
  t.deepEqual(await greet(host, "hello"), first);
  t.is((await greet(host, "again")).status, 200);
  t.is(at((await json(fetch(`${host.url}/aggregates/greeting:1`))).body, "sequence"), 2);
});

for (const signal of ["SIGTERM", "SIGINT"] as const)
  test(`${signal} lets what is under way end, lets go who follows, and exits 0`, async (t) => {
    const host = await HostHarness.start(t);
    const following = await fetch(`${host.url}/events`, { headers: { accept: "text/event-stream" } });
    const text = following.text();
    t.deepEqual(await host.kill(signal), { code: 0, signal: null });
    t.regex(await text, /following/);
  });

test("what a host logs are JSON lines, and standard output has one line with the URL", async (t) => {
  const host = await HostHarness.start(t);
  await host.kill("SIGTERM");
  const events = host.log
    .trimEnd()
    .split("\n")
    .map((line): unknown => JSON.parse(line).event);
  t.true(events.includes("host.started"));
  t.is(events.at(-1), "host.closed");
});

test("a second host on the same data is refused, and the first is not disturbed", async (t) => {
  const host = await HostHarness.start(t);
  await t.throwsAsync(HostHarness.start(t, { directory: host.directory }), {
    message: /JOURNAL_LOCKED|in use|another/,
  });
  t.is((await json(fetch(`${host.url}/readyz`))).status, 200);
});

test("a host does not start on an address that others can reach without being asked to", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "evento-host-"));
  t.teardown(() => rm(directory, { recursive: true, force: true }));
  await t.throwsAsync(HostHarness.start(t, { directory, environment: { EVENTO_LISTEN: "0.0.0.0:0" } }), {
    message: /EVENTO_LISTEN/,
  });
});
