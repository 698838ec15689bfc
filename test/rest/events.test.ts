import test, { type ExecutionContext } from "ava";

import { bodyBytesMax } from "../../host/limits.ts";
import { at, RestUnderTest } from "./rest-under-test.ts";

const added = { entity: "box:1", event_type: "Added", payload: { n: 2 } };

async function withEvents(t: ExecutionContext, count: number): Promise<RestUnderTest> {
  const rest = await RestUnderTest.start(t);
  for (let n = 0; n < count; n++)
    await rest.post("/events", { ...added, entity: `box:${n % 2}`, payload: { n }, id: `e${n}` });
  return rest;
}

test("an event from outside is appended to its aggregate and folded", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { status, headers, body } = await rest.post("/events", { ...added, id: "e:1" });
  t.is(status, 201);
  t.is(headers.get("location"), "/events/e%3A1");
  t.like(at(body, "event"), { ...added, id: "e:1", sequence: 1, cause: { kind: "external", id: "e:1" }, depth: 0 });
  t.is(at((await rest.get("/aggregates/box:1")).body, "state", "count"), 2);
  t.deepEqual((await rest.get("/events/e%3A1")).body, at(body, "event"));
});

test("the same event again answers the first, other content is a conflict", async (t) => {
  const rest = await RestUnderTest.start(t);
  const first = await rest.post("/events", added, { "idempotency-key": "e" });
  t.deepEqual((await rest.post("/events", { ...added, id: "e" })).body, first.body);
  t.like(await rest.post("/events", { ...added, id: "e", payload: { n: 3 } }), {
    status: 409,
    body: { code: "ID_CONFLICT" },
  });
});

test("an event that can't be folded is refused and leaves no trace", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { position } = rest.engine.head;
  t.like(await rest.post("/events", { ...added, payload: { n: 666 } }), {
    status: 422,
    body: { code: "EVENT_NOT_FOLDED" },
  });
  t.is(rest.engine.head.position, position);
});

test("the log is read in pages without a gap or a repeat", async (t) => {
  const rest = await withEvents(t, 7);
  const seen: unknown[] = [];
  for (let path = "/events?limit=3&aggregate_type=Box"; ;) {
    const { headers, body } = await rest.get(path);
    const events = at(body, "events");
    if (!Array.isArray(events)) throw new Error("no events");
    seen.push(...events.map((event) => at(event, "id")));
    const link = /^<(.*)>; rel="next"$/.exec(headers.get("link") ?? "")?.[1];
    if (link === undefined) break;
    path = link;
  }
  t.deepEqual(seen, ["e0", "e1", "e2", "e3", "e4", "e5", "e6"]);
});

test("a page of large events is cut short, and the next goes on where it ends", async (t) => {
  const rest = await RestUnderTest.start(t);
  const count = 12;
  const box = "x".repeat(bodyBytesMax - 1_000);
  for (let n = 0; n < count; n++)
    await rest.post("/events", { entity: "box:1", event_type: "PointedAt", payload: { box } });
  const first = await rest.get("/events?aggregate_type=Box&limit=1000");
  const events = at(first.body, "events");
  const taken = Array.isArray(events) ? events.length : 0;
  t.true(taken >= 8 && taken < count, String(taken));
  const second = await rest.get(/<(.*)>/.exec(first.headers.get("link") ?? "")?.[1] ?? "");
  t.is(at(second.body, "events", 0, "sequence"), taken + 1);
  t.is(at(second.body, "events", count - taken - 1, "sequence"), count);
});

for (const [filter, expected] of [
  ["aggregate=box:1", ["e1", "e3"]],
  ["entity=box:0", ["e0", "e2"]],
  ["event_type=Added", ["e0", "e1", "e2", "e3"]],
  ["aggregate_type=Crate", []],
] as const)
  test(`the log filtered by ${filter} has only what fits`, async (t) => {
    const rest = await withEvents(t, 4);
    const events = at((await rest.get(`/events?${filter}`)).body, "events");
    t.deepEqual(Array.isArray(events) && events.map((event) => at(event, "id")), expected);
  });

test("the log as NDJSON goes from a position to the head and ends", async (t) => {
  const rest = await withEvents(t, 600);
  const first = at((await rest.get("/events?aggregate_type=Box&limit=1")).body, "events", 0, "position");
  const { headers, body } = await rest.call("GET", `/events?after=${String(first)}`, {
    headers: { accept: "application/x-ndjson" },
  });
  t.is(headers.get("content-type"), "application/x-ndjson");
  const lines = String(body).trimEnd().split("\n");
  t.deepEqual(
    lines.map((line) => at(JSON.parse(line), "id")),
    Array.from({ length: 599 }, (_, index) => `e${index + 1}`),
  );
});

test("the log as NDJSON ends after a limit that was asked for", async (t) => {
  const rest = await withEvents(t, 5);
  const { body } = await rest.call("GET", "/events?aggregate_type=Box&limit=2", {
    headers: { accept: "application/x-ndjson" },
  });
  t.is(String(body).trimEnd().split("\n").length, 2);
});

/** Reads server-sent events until there are so many. */
async function follow(
  rest: RestUnderTest,
  count: number,
  { path = "/events?aggregate_type=Box", headers = {}, meanwhile = async () => {} } = {},
): Promise<{ id: string; event: string; data: unknown }[]> {
  const gone = new AbortController();
  const response = await fetch(rest.url + path, {
    headers: { accept: "text/event-stream", ...headers },
    signal: AbortSignal.any([gone.signal, AbortSignal.timeout(60_000)]),
  });
  if (response.body === null || response.status !== 200) throw new Error(`found status ${response.status}`);
  const happening = meanwhile();
  const seen: { id: string; event: string; data: unknown }[] = [];
  let text = "";
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const messages = text.split("\n\n");
    text = messages.pop() ?? "";
    for (const message of messages) {
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(message)?.[1] ?? "";
      if (!message.startsWith(":"))
        seen.push({ id: field("id"), event: field("event"), data: JSON.parse(field("data")) });
    }
    if (seen.length >= count) break;
  }
  gone.abort();
  await happening;
  return seen;
}

test("who follows gets what was and what comes, each once and in order", async (t) => {
  const rest = await withEvents(t, 3);
  const seen = await follow(rest, 53, {
    meanwhile: async () => {
      for (let n = 3; n < 53; n++) await rest.post("/events", { ...added, payload: { n }, id: `e${n}` });
    },
  });
  t.deepEqual(
    seen.map(({ data }) => at(data, "id")),
    Array.from({ length: 53 }, (_, n) => `e${n}`),
  );
  t.true(seen.every(({ id, event, data }) => Number(id) === at(data, "position") && event === "Added"));
});

test("who comes back with the last event's id goes on after it", async (t) => {
  const rest = await withEvents(t, 5);
  const [, second] = await follow(rest, 5);
  const [next] = await follow(rest, 1, {
    path: "/events?after=0",
    headers: { "last-event-id": second?.id ?? "" },
  });
  t.is(at(next?.data, "id"), "e2");
});

test("who follows is let go when the server stops", async (t) => {
  const rest = await withEvents(t, 1);
  const response = await fetch(`${rest.url}/events`, { headers: { accept: "text/event-stream" } });
  const text = response.text();
  rest.server.stop();
  t.regex(await text, /data: /);
});

for (const [path, headers, status, code] of [
  ["/events?after=-1", {}, 400, "QUERY_INVALID"],
  ["/events?limit=0", {}, 400, "QUERY_INVALID"],
  ["/events?limit=1001", {}, 400, "QUERY_INVALID"],
  ["/events?limit=1&limit=2", {}, 400, "QUERY_INVALID"],
  ["/events?aggregat=box:1", {}, 400, "QUERY_INVALID"],
  ["/events?limit=1", { accept: "text/event-stream" }, 400, "QUERY_INVALID"],
  ["/events", { accept: "text/event-stream", "last-event-id": "x" }, 400, "HEADER_INVALID"],
  ["/events", { accept: "image/png" }, 406, "NOT_ACCEPTABLE"],
  ["/events/none", {}, 404, "EVENT_UNKNOWN"],
] as const)
  test(`GET ${path} with ${JSON.stringify(headers)} is refused with ${status}`, async (t) => {
    const rest = await RestUnderTest.start(t);
    const answer = await rest.call("GET", path, { headers });
    t.like(answer, { status, body: { code } });
  });
