import test from "ava";

import { at, RestUnderTest } from "./rest-under-test.ts";

const add = { entity: "box:1", command_type: "Add", payload: { n: 2 } };

/** Closes as a host does. */
async function close({ server, engine }: RestUnderTest): Promise<void> {
  server.stop();
  await engine.close();
  await server.close();
}

async function pending(rest: RestUnderTest, count: number): Promise<void> {
  while (rest.engine.pendingCount < count) await new Promise(setImmediate);
}

test("who waits for a command that is not done when the host closes is told that it is pending", async (t) => {
  const rest = await RestUnderTest.start(t);
  rest.functions.available("boxes", false);
  const posted = rest.post("/commands", { ...add, id: "late" });
  await pending(rest, 1);
  await close(rest);
  const { status, headers, body } = await posted;
  t.is(status, 202);
  t.is(headers.get("location"), "/commands/late");
  t.is(at(body, "status"), "pending");
});

test("a command that expects a sequence and had no turn is refused when the host closes", async (t) => {
  const rest = await RestUnderTest.start(t);
  rest.functions.available("boxes", false);
  const posted = rest.post("/commands", { ...add, id: "late", expected_sequence: 0 });
  await pending(rest, 1);
  await close(rest);
  t.like(await posted, { status: 503, body: { code: "SHUTTING_DOWN" } });
});

test("an event that had no turn is refused when the host closes, and is not in the log", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { position } = rest.engine.head;
  const postEvent = rest.engine.postEvent.bind(rest.engine);
  const taken: string[] = [];
  rest.engine.postEvent = async (draft) => {
    const posted = await postEvent(draft);
    taken.push(posted.id);
    return posted;
  };
  rest.functions.available("boxes", false);
  const posted = rest.post("/events", { entity: "box:1", event_type: "Added", payload: { n: 1 } });
  const answered = Promise.all([
    posted,
    rest.postLines("/events", [{ entity: "box:2", event_type: "Added", payload: { n: 1 } }]),
  ]);
  while (taken.length < 2) await new Promise(setImmediate);
  await close(rest);
  const [one, [line]] = await answered;
  t.like(one, { status: 503, body: { code: "SHUTTING_DOWN" } });
  t.like(line, { code: "SHUTTING_DOWN", line: 1 });
  t.is(rest.engine.head.position, position);
});

test("lines that were taken in are answered when the host closes, and no more are read", async (t) => {
  const rest = await RestUnderTest.start(t);
  const sent = new TransformStream<Uint8Array, Uint8Array>();
  const writer = sent.writable.getWriter();
  const first = writer.write(new TextEncoder().encode(`${JSON.stringify({ ...add, id: "one" })}\n`));
  const response = await fetch(`${rest.url}/commands`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: sent.readable,
    duplex: "half",
  });
  await first;
  const text = response.text();
  // The request is still open: without an end of the reading the server would wait for it.
  await close(rest);
  const lines = (await text).trimEnd().split("\n");
  t.is(lines.length, 1);
  t.is(at(JSON.parse(lines[0] ?? ""), "command", "id"), "one");
  await writer.abort().catch(() => {});
});

test("connections that only wait do not hold up the end", async (t) => {
  const rest = await RestUnderTest.start(t);
  await rest.get("/healthz");
  const started = performance.now();
  await close(rest);
  t.true(performance.now() - started < 2_000);
  await t.throwsAsync(fetch(`${rest.url}/healthz`));
});
