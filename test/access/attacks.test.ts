// Each test tries an attack of the table in docs/security.md that no other file tries.
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { Writable } from "node:stream";

import test from "ava";

import { JsonLog } from "../../host/json-log.ts";
import { bodiesBytesMax, bodyBytesMax, requestsPerCallerMax } from "../../host/limits.ts";
import { chunksOf } from "../../host/rest/request-chunks.ts";
import { boxes } from "../engine/boxes.ts";
import { at, RestUnderTest } from "../rest/rest-under-test.ts";
import { until } from "../until.ts";
import { exchange, rawConnection, textUntilEnd } from "./raw-connection.ts";
import { bearer, TokensUnderTest } from "./tokens-under-test.ts";

/** Far from what a bomb would take, on a busy machine too. */
const quickMsMax = 10_000;
const json = { "content-type": "application/json" };
const add = { entity: "box:1", command_type: "Add", payload: { n: 2 } };

for (const [what, text] of [
  ["a number beyond all numbers", '{"entity":"box:1","command_type":"Add","payload":{"n":1e400}}'],
  ["a number beyond its type", '{"entity":"box:1","command_type":"Add","payload":{"n":2147483648}}'],
  ["a number that is not whole", '{"entity":"box:1","command_type":"Add","payload":{"n":1.5}}'],
  [
    "a sequence that JSON can't hold",
    '{"entity":"box:1","command_type":"Add","payload":{"n":1},"expected_sequence":9007199254740993}',
  ],
  ["an entity of many digits", `{"entity":"box:${"9".repeat(100_000)}","command_type":"Add","payload":{"n":1}}`],
  ["a name twice", '{"entity":"box:2","entity":"box:1","command_type":"Add","payload":{"n":1}}'],
  ["a name twice deep inside", '{"entity":"box:1","command_type":"Add","payload":{"n":1,"n":2}}'],
] as const)
  test(`a command with ${what} is refused, and nothing is stored`, async (t) => {
    const rest = await RestUnderTest.start(t);
    const { position } = rest.engine.head;
    const { status } = await rest.post("/commands", text, json);
    t.true(status === 400 || status === 422, String(status));
    t.is(rest.engine.head.position, position);
  });

test("colons in texts are no members", async (t) => {
  const rest = await RestUnderTest.start(t);
  const text = '{"entity":"box:1","command_type":"PointAt","payload":{"box":"a:b:\\":c"}}';
  t.is((await rest.post("/commands", text, json)).status, 200);
});

const ids = ["../x", "..", "a/../../b", "%2e%2e%2f", "a\u0000b", "a\r\nSet-Cookie: x=y", "a\u2028b", "\ud800", "", "ä"];

test("no id that could mean a path, a header or another line is taken for an entity, an id or a name", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { position } = rest.engine.head;
  for (const id of ids) {
    const entity = await rest.post("/commands", { ...add, entity: `box:${id}` });
    t.is(entity.status, 422, JSON.stringify(id));
    // An empty id is one that is not chosen.
    if (id !== "" && id !== "..") t.is((await rest.post("/commands", { ...add, id })).status, 422, JSON.stringify(id));
    const type = await rest.post("/commands", { ...add, command_type: id });
    t.is(type.status, 422, JSON.stringify(id));
  }
  t.is(rest.engine.head.position, position);
});

test("no name in a path leads out of where functions and schemas lie", async (t) => {
  const rest = await RestUnderTest.start(t);
  const before = readdirSync("/tmp").length;
  for (const name of ["..%2f..%2ftmp%2fx", "%2e%2e", "%00", "x%0d%0ay", "__proto__", "constructor", "%ff", "%"]) {
    for (const [method, path, type] of [
      ["PUT", `/functions/${name}`, "application/wasm"],
      ["PUT", `/schemas/${name}`, "application/json"],
      ["GET", `/functions/${name}`, undefined],
      ["GET", `/schemas/${name}`, undefined],
      ["GET", `/aggregates/${name}`, undefined],
      ["GET", `/commands/${name}`, undefined],
      ["DELETE", `/functions/${name}`, undefined],
    ] as const) {
      const headers = type === undefined ? {} : { "Content-Type": type };
      const lines = Object.entries({ Host: "localhost", Connection: "close", ...headers }).map(
        ([header, value]) => `${header}: ${value}\r\n`,
      );
      // By hand: a client library would clean the path.
      const body = method === "PUT" ? "Content-Length: 2\r\n\r\n[]" : "\r\n";
      const text = await exchange(rest.url, `${method} ${path} HTTP/1.1\r\n${lines.join("")}${body}`);
      t.regex(text, /^HTTP\/1.1 4\d\d /, `${method} ${path}`);
    }
  }
  t.false(existsSync("/tmp/x"));
  t.true(readdirSync("/tmp").length - before < 1_000);
});

test("nothing that a client sends becomes a header of the answer", async (t) => {
  const rest = await RestUnderTest.start(t);
  const id = "a%0d%0aX-Evil:%20yes";
  for (const path of [`/commands/${id}`, `/events?after=0&limit=1&entity=${id}`, `/traces/${id}`, `/${id}`]) {
    const text = await exchange(rest.url, `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    t.notRegex(text.split("\r\n\r\n")[0] ?? "", /^X-Evil/im, path);
  }
});

for (const [what, bytes] of [
  [
    "a line end within a header",
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\nTransfer-Encoding: chunked\r\n\r\n",
  ],
  ["a folded header", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n"],
  ["a space before the colon", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length : 5\r\n\r\n"],
  [
    "chunks under another name",
    "POST /commands HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
  ],
  [
    "chunks that are no chunks",
    "POST /commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  ],
  ["a length below zero", "POST /commands HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n"],
  ["a length in hex", "POST /commands HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x2\r\n\r\n{}"],
  ["two Hosts", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"],
  ["a control character in a header", "GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\u0000b\r\n\r\n"],
  ["another protocol", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
] as const)
  test(`a request with ${what} does not reach the API, and what follows it on the connection neither`, async (t) => {
    const rest = await RestUnderTest.start(t);
    const smuggled = "GET /functions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    const text = await exchange(rest.url, bytes + smuggled);
    t.notRegex(text, /"functions":/);
    t.regex(text, /^HTTP\/1.1 4\d\d /);
    t.is(text.match(/HTTP\/1.1 \d{3} /g)?.length, 1);
  });

test("a body that goes on after its refusal is ended, and the refusal was readable before", async (t) => {
  const rest = await RestUnderTest.start(t);
  const socket = await rawConnection(rest.url);
  socket.write(
    "POST /commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  const ended = textUntilEnd(socket);
  const sending = setInterval(() => socket.write("1\r\n \r\n"), 50);
  t.teardown(() => clearInterval(sending));
  const text = await ended;
  t.regex(text, /^HTTP\/1.1 415 /);
});

test("a body that comes too slowly is a 408 in the end", async (t) => {
  const rest = await RestUnderTest.start(t);
  const socket = await rawConnection(rest.url);
  socket.write(
    "POST /commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n",
  );
  const ended = textUntilEnd(socket);
  const sending = setInterval(() => socket.write(" "), 500);
  t.teardown(() => clearInterval(sending));
  const text = await ended;
  t.regex(text, /^HTTP\/1.1 408 /);
});

test("a connection on which nothing ever comes is ended", async (t) => {
  const rest = await RestUnderTest.start(t);
  t.regex(await textUntilEnd(await rawConnection(rest.url)), /^HTTP\/1.1 408 /);
});

test("a connection that falls silent within a request is ended, and the host goes on", async (t) => {
  const rest = await RestUnderTest.start(t, { silenceMs: 200 });
  const socket = await rawConnection(rest.url);
  socket.write(
    "POST /commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n",
  );
  // The limit of the body's own silence is minutes away.
  t.notRegex(await textUntilEnd(socket), /\r\n0\r\n\r\n$/);
  t.is((await rest.post("/commands", add)).status, 200);
});

test("lines that stop coming are an incomplete body once the silence is too long", async (t) => {
  const { promise: met, resolve } = Promise.withResolvers<unknown>();
  const server = createServer((request, response) => {
    const chunks = chunksOf(request, { silenceMsMax: 100, signal: new AbortController().signal });
    resolve(
      Array.fromAsync(chunks)
        .catch((error: unknown) => error)
        .finally(() => response.end()),
    );
  });
  t.teardown(() => server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const socket = await rawConnection(`http://127.0.0.1:${port}`);
  t.teardown(() => socket.destroy());
  socket.write("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n");
  t.like(await met, { code: "BODY_INCOMPLETE" });
});

test("one token can't have all connections: past its share it is a 429 that says when to come back", async (t) => {
  const tokens = new TokensUnderTest(t);
  const greedy = bearer(await tokens.create("greedy", ["read"]));
  const modest = bearer(await tokens.create("modest", ["read"]));
  const rest = await RestUnderTest.start(t, { tokens: tokens.path });
  const followers = new AbortController();
  t.teardown(() => followers.abort());
  const follow = (): Promise<Response> =>
    fetch(`${rest.url}/events`, {
      headers: { ...greedy, accept: "text/event-stream" },
      signal: followers.signal,
    });
  const answers = await Promise.all(Array.from({ length: requestsPerCallerMax }, follow));
  t.true(answers.every(({ status }) => status === 200));
  const { status, headers, body } = await rest.call("GET", "/events", { headers: greedy });
  t.is(status, 429);
  t.is(at(body, "code"), "TOO_MANY_REQUESTS");
  t.regex(headers.get("retry-after") ?? "", /^\d+$/);
  t.is((await rest.call("GET", "/events", { headers: modest })).status, 200);
  followers.abort();
  await until(async () => (await rest.call("GET", "/events", { headers: greedy })).status === 200);
});

test("bodies under way have a bound together: past it a request is a 503, and small ones go on when they are through", async (t) => {
  const rest = await RestUnderTest.start(t);
  const head = `POST /commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${bodyBytesMax}\r\n\r\n`;
  const sockets = await Promise.all(
    Array.from({ length: bodiesBytesMax / bodyBytesMax }, async () => {
      const socket = await rawConnection(rest.url);
      socket.write(head);
      return socket;
    }),
  );
  await until(async () => (await rest.post("/commands", add)).status === 503);
  const { headers, body } = await rest.post("/commands", add);
  t.is(at(body, "code"), "HOST_OVERLOADED");
  t.regex(headers.get("retry-after") ?? "", /^\d+$/);
  t.is((await rest.get("/functions")).status, 200);
  for (const socket of sockets) socket.destroy();
  await until(async () => (await rest.post("/commands", add)).status === 200);
});

test("who comes when all connections are taken by idle ones finds room when it tries again", async (t) => {
  const rest = await RestUnderTest.start(t, { connections: 20 });
  const idle = await Promise.all(Array.from({ length: 20 }, () => rawConnection(rest.url)));
  for (const socket of idle) socket.resume().write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await until(async () => {
    try {
      return (await fetch(`${rest.url}/healthz`)).status === 200;
    } catch {
      return false;
    }
  });
  await until(() => idle.some(({ closed }) => closed));
  t.pass();
});

test("no text of a client forges a line of the log", async (t) => {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk, _, done) {
      written.push(String(chunk));
      done();
    },
  });
  const log = new JsonLog({ stream });
  const evil = 'x\n{"level":"error","event":"forged"}\r\u001b[2J\u009b31m\u2028\u202eoh';
  log.log("info", "rest.test", { [evil]: evil, time: evil, level: evil, event: evil });
  const text = written.join("");
  t.is(text.split("\n").length, 2);
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  t.notRegex(text.trimEnd(), /[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
  t.like(JSON.parse(text), { level: "info", event: "rest.test" });
});

const field = (name: string, type: unknown): unknown => ({ name, type });
const root = (fields: readonly unknown[]): unknown => [
  { type: "record", name: "Bomb", namespace: "Bomb", evento: "root", entity: "bomb", fields },
];
const nested = (depth: number, wrap: (inside: unknown) => unknown): unknown => {
  let type: unknown = "int";
  for (let level = 0; level < depth; level++) type = wrap(type);
  return type;
};
const doubling = Array.from({ length: 30 }, (_, index) => ({
  type: "record",
  name: `R${index}`,
  namespace: "Bomb",
  fields: [
    field("a", index === 0 ? "int" : `Bomb.R${index - 1}`),
    field("b", index === 0 ? "int" : `Bomb.R${index - 1}`),
  ],
}));

for (const [what, schema] of [
  [
    "types nested without end",
    root([
      field(
        "a",
        nested(10_000, (items) => ({ type: "array", items })),
      ),
    ]),
  ],
  [
    "a union of unions",
    root([
      field(
        "a",
        nested(50, (type) => ["null", type]),
      ),
    ]),
  ],
  ["more fields than anybody needs", root(Array.from({ length: 20_000 }, (_, index) => field(`f${index}`, "int")))],
  [
    "an enum of a million symbols",
    root([field("a", { type: "enum", name: "E", symbols: Array.from({ length: 1e5 }, (_, index) => `S${index}`) })]),
  ],
  [
    "a fixed of a terabyte with a default",
    root([{ name: "a", type: { type: "fixed", name: "F", size: 1e12 }, default: "x" }]),
  ],
  ["a field of the prototype", root([field("__proto__", "int")])],
  ["a constructor as a field", root([field("constructor", "int")])],
  ["a name that is code", root([field("a;process.exit(1)//", "int")])],
] as const)
  test(`a schema with ${what} is refused at once, and the host goes on`, async (t) => {
    const rest = await RestUnderTest.start(t);
    const text = JSON.stringify(schema);
    const began = performance.now();
    const { status } = await rest.call("PUT", "/schemas/Bomb", { body: text, headers: json });
    t.true([400, 413, 422].includes(status), String(status));
    t.true(performance.now() - began < quickMsMax);
    t.is((await rest.post("/commands", add)).status, 200);
  });

test("a schema whose records double at each level, or hold themselves, has no value that costs more than it is long", async (t) => {
  const rest = await RestUnderTest.start(t);
  const schema = [
    ...doubling,
    { type: "record", name: "Bomb", namespace: "Bomb", evento: "root", entity: "bomb", fields: [field("a", "int")] },
    {
      type: "record",
      name: "Set",
      namespace: "Bomb",
      evento: "event",
      fields: [field("r", "Bomb.R29"), field("s", "Bomb.Self")],
    },
    { type: "record", name: "Self", namespace: "Bomb", fields: [field("s", "Bomb.Self")] },
  ];
  const began = performance.now();
  const { status } = await rest.call("PUT", "/schemas/Bomb", { body: schema });
  t.true(status === 201 || status === 422, String(status));
  await rest.deploy("bombs", { ...boxes(), kinds: ["aggregator"], description: { aggregate: "Bomb", schema } });
  const posted = await rest.post("/events", { entity: "bomb:1", event_type: "Set", payload: { r: {}, s: {} } });
  t.is(posted.status, 422);
  t.true(performance.now() - began < quickMsMax);
});
