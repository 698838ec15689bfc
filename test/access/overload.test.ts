import { randomUUID } from "node:crypto";

import test from "ava";

import { InFlight } from "../../host/engine/in-flight.ts";
import { PendingCommand } from "../../host/engine/pending.ts";
import { answersBytesMax, commandBytesPendingMax, pageBytesMax } from "../../host/limits.ts";
import { NarrowGate } from "../../host/rest/narrow-gate.ts";
import { parseAggregateSchema } from "../../host/schemas/aggregate-schema.ts";
import { boxSchemaJson } from "../engine/boxes.ts";
import { at, RestUnderTest } from "../rest/rest-under-test.ts";
import { until } from "../until.ts";
import { rawConnection } from "./raw-connection.ts";

const large = "x".repeat(900_000);

function pendingOf(payload: Uint8Array): PendingCommand {
  const about = { entity: "box:1", aggregate: "box:1", aggregate_type: "Box", root_cause: "call", depth: 0, time: 0 };
  const command = { id: randomUUID(), command_type: "Add", cause: { kind: "external", id: "call" }, ...about } as const;
  return new PendingCommand({ command: { ...command, payload }, schema: parseAggregateSchema(boxSchemaJson) });
}

test("commands that wait have a bound of bytes, and there is room again when they are through", (t) => {
  const inFlight = new InFlight();
  const payload = new Uint8Array(1 << 20);
  const waiting = Array.from({ length: commandBytesPendingMax / payload.length }, () => pendingOf(payload));
  for (const pending of waiting) {
    inFlight.requireRoom();
    inFlight.add(pending);
    // Known already: it is counted once.
    inFlight.add(pending);
  }
  t.throws(() => inFlight.requireRoom(), { code: "HOST_OVERLOADED" });
  const [first] = waiting;
  if (first !== undefined) inFlight.remove(first);
  t.notThrows(() => inFlight.requireRoom());
});

test("a gate lets in as many as it is wide, the others in turn, also after one that failed", async (t) => {
  const gate = new NarrowGate({ width: 2 });
  let [inside, most] = [0, 0];
  const run = (index: number): Promise<number> =>
    gate.through(async () => {
      most = Math.max(most, ++inside);
      await new Promise(setImmediate);
      inside--;
      if (index === 3) throw new Error("told to fail");
      return index;
    });
  const results = await Promise.allSettled(Array.from({ length: 20 }, (_, index) => run(index)));
  t.is(results.filter(({ status }) => status === "fulfilled").length, 19);
  t.is(most, 2);
});

test("large parked commands come in pages that end before they are too long, and none is left out", async (t) => {
  const rest = await RestUnderTest.start(t, { settings: { triesMax: 1 } });
  const count = Math.ceil(pageBytesMax / large.length) + 5;
  for (let index = 0; index < count; index++)
    await rest.post("/commands", {
      id: `parked-${100 + index}`,
      entity: `box:${index}`,
      command_type: "Misbehave",
      payload: { how: large },
    });
  const ids: unknown[] = [];
  let pages = 0;
  for (let after: string | null = ""; after !== null; pages++) {
    const { body } = await rest.get(`/commands?status=parked&limit=1000&after=${after}`);
    t.true(JSON.stringify(body).length < pageBytesMax * 1.5);
    const commands = [at(body, "commands")].flat();
    ids.push(...commands.map((command) => at(command, "command", "id")));
    const next = at(body, "next");
    after = typeof next === "string" ? next : null;
  }
  t.is(pages, 2);
  t.deepEqual(
    ids,
    Array.from({ length: count }, (_, index) => `parked-${100 + index}`),
  );
});

test("clients that ask for large pages and take nothing are refused in the end, and others go on", async (t) => {
  const rest = await RestUnderTest.start(t);
  for (let index = 0; index < 10; index++)
    await rest.post("/commands", { entity: `box:${index}`, command_type: "PointAt", payload: { box: large } });
  const pageBytes = (await (await fetch(`${rest.url}/events?limit=1000`)).arrayBuffer()).byteLength;
  const count = Math.ceil(answersBytesMax / pageBytes) + 20;
  const greedy = await Promise.all(Array.from({ length: count }, () => rawConnection(rest.url)));
  for (const socket of greedy) socket.pause().write("GET /events?limit=1000 HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await until(async () => (await rest.get("/events?limit=1000")).status === 503);
  const { headers, body } = await rest.get("/events?limit=1000");
  t.is(at(body, "code"), "HOST_OVERLOADED");
  t.regex(headers.get("retry-after") ?? "", /^\d+$/);
  t.is((await rest.get("/events?limit=1")).status, 200);
  t.is((await rest.post("/commands", { entity: "box:1", command_type: "Add", payload: { n: 1 } })).status, 200);
  for (const socket of greedy) socket.destroy();
  await until(async () => (await rest.get("/events?limit=1000")).status === 200);
});

test("a stream of large events is whole", async (t) => {
  const rest = await RestUnderTest.start(t);
  for (let index = 0; index < 5; index++)
    await rest.post("/commands", { entity: `box:${index}`, command_type: "PointAt", payload: { box: large } });
  const response = await fetch(`${rest.url}/events?aggregate_type=Box`, {
    headers: { accept: "application/x-ndjson" },
  });
  const lines = (await response.text()).trim().split("\n");
  t.deepEqual(
    lines.map((line) => at(JSON.parse(line), "payload", "box")),
    Array.from({ length: 5 }, () => large),
  );
});
