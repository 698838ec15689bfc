import { connect } from "node:net";
import { once } from "node:events";

import test from "ava";

import { bodyBytesMax, linesUnderWayMax } from "../../host/limits.ts";
import { boxes } from "../engine/boxes.ts";
import { at, RestUnderTest } from "./rest-under-test.ts";

const add = (n: number, box = "box:1") => ({ entity: box, command_type: "Add", payload: { n } });

test("many commands in one request are answered in the order of their lines", async (t) => {
  const rest = await RestUnderTest.start(t);
  const answers = await rest.postLines(
    "/commands",
    Array.from({ length: 1_000 }, (_, index) => ({ ...add(1, `box:${index % 7}`), id: `line-${index}` })),
  );
  t.deepEqual(
    answers.map((answer) => at(answer, "command", "id")),
    Array.from({ length: 1_000 }, (_, index) => `line-${index}`),
  );
  t.true(answers.every((answer) => at(answer, "status") === "done"));
});

test("commands of one aggregate run in the order of their lines", async (t) => {
  const rest = await RestUnderTest.start(t);
  const answers = await rest.postLines(
    "/commands",
    Array.from({ length: 300 }, (_, index) => add(index)),
  );
  t.deepEqual(
    answers.map((answer) => at(answer, "events", 0, "sequence")),
    Array.from({ length: 300 }, (_, index) => index + 1),
  );
});

test("a bad line is answered with its problem and its number, and the rest goes on", async (t) => {
  const rest = await RestUnderTest.start(t);
  const answers = await rest.postLines("/commands", [
    add(1),
    "",
    "{no json",
    "   ",
    { ...add(1), command_type: "Divide" },
    JSON.stringify(add(1)) + " ".repeat(bodyBytesMax),
    add(2),
  ]);
  t.is(answers.length, 5);
  t.is(at(answers[0], "status"), "done");
  t.like(answers[1], { status: 400, code: "BODY_INVALID", line: 3 });
  t.like(answers[2], { status: 422, code: "COMMAND_TYPE_UNKNOWN", line: 5 });
  t.like(answers[3], { status: 413, code: "BODY_TOO_LARGE", line: 6 });
  t.is(at(answers[4], "status"), "done");
  t.is(at((await rest.get("/aggregates/box:1")).body, "state", "count"), 3);
});

test("a line about an entity that an earlier line makes waits for it", async (t) => {
  const rest = await RestUnderTest.start(t);
  const answers = await rest.postLines("/commands", [
    { entity: "box:1", command_type: "AddItem", payload: { item: "item:1" } },
    { entity: "item:1", command_type: "TouchItem" },
    { entity: "item:2", command_type: "TouchItem" },
  ]);
  t.is(at(answers[1], "status"), "done");
  t.like(answers[2], { status: 422, code: "ENTITY_UNKNOWN", line: 3 });
});

test("more lines for one aggregate than its mailbox holds all find room", async (t) => {
  const rest = await RestUnderTest.start(t);
  const lines = Array.from({ length: 3_000 }, () => add(1));
  const answers = await Promise.all([1, 2, 3, 4, 5, 6].map(() => rest.postLines("/commands", lines.slice(0, 500))));
  t.true(answers.flat().every((answer) => at(answer, "status") === "done"));
  t.is(at((await rest.get("/aggregates/box:1")).body, "state", "count"), 3_000);
});

test("a line that is no UTF-8 is refused, and the rest goes on", async (t) => {
  const rest = await RestUnderTest.start(t);
  const line = JSON.stringify(add(1));
  const bytes = Buffer.concat([
    Buffer.from(`${line}\n`),
    Buffer.from([0x22, 0xff, 0x22, 0x0a]),
    Buffer.from(`${line}\r\n`),
  ]);
  const { body } = await rest.post("/commands", bytes, { "content-type": "application/x-ndjson" });
  const answers = String(body)
    .trimEnd()
    .split("\n")
    .map((text): unknown => JSON.parse(text));
  t.deepEqual(
    answers.map((answer) => at(answer, "status")),
    ["done", 400, "done"],
  );
});

test("a parked line is answered in its place", async (t) => {
  const rest = await RestUnderTest.start(t);
  const [parked, done] = await rest.postLines("/commands", [
    { entity: "box:1", command_type: "Misbehave", payload: { how: "fail" } },
    add(1, "box:2"),
  ]);
  t.like(parked, { status: "parked", last_error: "told to fail" });
  t.is(at(done, "status"), "done");
});

test("a line without an end is taken", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { status, body } = await rest.post("/commands", JSON.stringify(add(1)), {
    "content-type": "application/x-ndjson",
  });
  t.is(status, 200);
  t.is(at(JSON.parse(String(body)), "status"), "done");
});

test("an answer comes while the request is still being sent", async (t) => {
  const rest = await RestUnderTest.start(t);
  const sent = new TransformStream<Uint8Array, Uint8Array>();
  const writer = sent.writable.getWriter();
  const send = (n: number) => writer.write(new TextEncoder().encode(`${JSON.stringify(add(n))}\n`));
  const answered = fetch(`${rest.url}/commands`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: sent.readable,
    duplex: "half",
  });
  const first = send(1);
  const reader = (await answered).body?.pipeThrough(new TextDecoderStream()).getReader();
  await first;
  for (const n of [1, 2, 3]) {
    if (n > 1) await send(n);
    const { value = "" } = (await reader?.read()) ?? {};
    t.is(at(JSON.parse(value), "events", 0, "payload", "n"), n);
  }
  await writer.close();
  t.true((await reader?.read())?.done);
});

test("no more lines than a window are under way, however many are sent", async (t) => {
  const gate = Promise.withResolvers<void>();
  let isHeld = false;
  const rest = await RestUnderTest.start(t, { sync: () => (isHeld ? gate.promise : Promise.resolve()) });
  isHeld = true;
  const answered = rest.postLines(
    "/commands",
    Array.from({ length: linesUnderWayMax + 50 }, (_, n) => add(1, `box:${n}`)),
  );
  while (rest.engine.pendingCount < linesUnderWayMax) await new Promise((resolve) => setTimeout(resolve, 5));
  // One more round of everything that could still take a line in.
  await rest.get("/healthz");
  await rest.get("/healthz");
  t.is(rest.engine.pendingCount, linesUnderWayMax);
  gate.resolve();
  t.is((await answered).length, linesUnderWayMax + 50);
});

test("what was taken in goes on when the client is gone, and nothing more is read", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { port } = new URL(rest.url);
  const socket = connect(Number(port), "127.0.0.1");
  await once(socket, "connect");
  socket.write(
    "POST /commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  const line = `${JSON.stringify({ ...add(1), id: "gone" })}\n`;
  socket.write(`${line.length.toString(16)}\r\n${line}\r\n`);
  await once(socket, "data");
  socket.destroy();
  const { status, body } = await rest.post("/commands", { ...add(1), id: "gone" });
  t.is(status, 200);
  t.is(at(body, "status"), "done");
});

test("events in many lines are answered in order, and each is seen by the next", async (t) => {
  const rest = await RestUnderTest.start(t);
  const answers = await rest.postLines("/events", [
    { entity: "box:1", event_type: "Added", payload: { n: 1 }, id: "e1" },
    { entity: "item:1", event_type: "ItemTouched" },
    { entity: "box:1", event_type: "Added", payload: { n: 666 } },
    { entity: "box:1", event_type: "Added", payload: { n: 5 } },
    { entity: "box:1", event_type: "Added", payload: { n: 1 }, id: "e1" },
  ]);
  t.is(at(answers[0], "event", "id"), "e1");
  t.like(answers[1], { code: "ENTITY_UNKNOWN", line: 2 });
  t.like(answers[2], { status: 422, code: "EVENT_NOT_FOLDED", line: 3 });
  t.is(at(answers[3], "event", "sequence"), 2);
  t.deepEqual(answers[4], answers[0]);
});

test("a line that nothing handles does not hold up the others", async (t) => {
  const rest = await RestUnderTest.start(t, { boxes: boxes({ kinds: ["aggregator"] }) });
  const [refused, taken] = await rest.postLines("/commands", [add(1), add(1)]);
  t.like(refused, { code: "NO_HANDLER", line: 1 });
  t.like(taken, { code: "NO_HANDLER", line: 2 });
});
