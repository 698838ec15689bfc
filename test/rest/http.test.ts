import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";

import test from "ava";

import { bodyBytesMax, componentBytesMax, valueDepthMax } from "../../host/limits.ts";
import { at, RestUnderTest } from "./rest-under-test.ts";

const add = { entity: "box:1", command_type: "Add", payload: { n: 2 } };
const json = { "content-type": "application/json" };

async function open(rest: RestUnderTest): Promise<Socket> {
  const socket = connect(Number(new URL(rest.url).port), "127.0.0.1");
  await once(socket, "connect");
  return socket;
}

/** Sends bytes and reads until the other side ends. */
async function exchange(rest: RestUnderTest, bytes: string): Promise<string> {
  const socket = await open(rest);
  socket.write(bytes);
  let text = "";
  for await (const chunk of socket.setEncoding("utf8")) text += String(chunk);
  return text;
}

test("a path that is not there is a 404 and another method a 405 with those allowed", async (t) => {
  const rest = await RestUnderTest.start(t);
  t.like(await rest.get("/comands"), { status: 404, body: { code: "PATH_UNKNOWN" } });
  const { status, headers, body } = await rest.call("PATCH", "/commands");
  t.is(status, 405);
  t.is(at(body, "code"), "METHOD_NOT_ALLOWED");
  t.deepEqual(headers.get("allow")?.split(", ").toSorted(), ["GET", "HEAD", "POST"]);
});

test("an unknown query parameter is refused by name, on a route that takes none as well", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { status, body } = await rest.get("/functions?limt=1");
  t.is(status, 400);
  t.is(at(body, "errors", 0, "path"), "limt");
  t.like(await rest.post("/commands?wait=1", add), { status: 400, body: { code: "QUERY_INVALID" } });
});

test("a body of another type is a 415", async (t) => {
  const rest = await RestUnderTest.start(t);
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
    t.like(await rest.post("/commands", JSON.stringify(add), { "content-type": type }), {
      status: 415,
      body: { code: "MEDIA_TYPE_UNSUPPORTED" },
    });
  t.is(
    (await rest.post("/commands", JSON.stringify(add), { "content-type": "Application/JSON; charset=utf-8" })).status,
    200,
  );
});

test("a packed body is refused, not unpacked", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { status } = await rest.call("POST", "/commands", {
    body: gzipSync(JSON.stringify(add)),
    headers: { ...json, "content-encoding": "gzip" },
  });
  t.is(status, 415);
});

for (const [method, path, type, bytesMax] of [
  ["POST", "/commands", "application/json", bodyBytesMax],
  ["POST", "/events", "application/json", bodyBytesMax],
  ["PUT", "/schemas/Box", "application/json", bodyBytesMax],
  ["PUT", "/functions/big", "application/wasm", componentBytesMax],
] as const)
  test(`${method} ${path} takes no more bytes than its bound, told before or found on the way`, async (t) => {
    const rest = await RestUnderTest.start(t);
    const told = await rest.call(method, path, { body: " ".repeat(bytesMax + 1), headers: { "content-type": type } });
    t.like(told, { status: 413, body: { code: "BODY_TOO_LARGE" } });
    const head = `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
    const chunk = (size: number): string => `${size.toString(16)}\r\n${" ".repeat(size)}\r\n`;
    t.regex(await exchange(rest, `${head}${chunk(bytesMax)}${chunk(1)}0\r\n\r\n`), /^HTTP\/1.1 413 /);
  });

test("a body of exactly the bound is read", async (t) => {
  const rest = await RestUnderTest.start(t);
  const text = JSON.stringify(add);
  t.is((await rest.post("/commands", text + " ".repeat(bodyBytesMax - text.length), json)).status, 200);
});

test("JSON nested too deeply is refused before it is parsed, and brackets in texts do not count", async (t) => {
  const rest = await RestUnderTest.start(t);
  const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);
  const { status, body } = await rest.post("/commands", nested(500_000), json);
  t.is(status, 400);
  t.regex(String(at(body, "detail")), /deeper than 64/);
  t.regex(String(at((await rest.post("/commands", nested(valueDepthMax), json)).body, "detail")), /no JSON object/);
  const text = `{"entity":"box:1","command_type":"Add","payload":{"n":1},"id":${JSON.stringify(`"\\${"[".repeat(100)}`)}}`;
  t.is(at((await rest.post("/commands", text, json)).body, "code"), "ID_INVALID");
});

test("a body that is not JSON or not UTF-8 is a 400", async (t) => {
  const rest = await RestUnderTest.start(t);
  t.like(await rest.post("/commands", "{", json), { status: 400, body: { code: "BODY_INVALID" } });
  t.like(await rest.post("/commands", "", json), { status: 400, body: { code: "BODY_INVALID" } });
  const text = JSON.stringify({ entity: "box:1", command_type: "PointAt", payload: { box: "?" } });
  const bytes = Buffer.from(text);
  bytes[text.indexOf("?")] = 0xff;
  t.regex(String(at((await rest.post("/commands", bytes, json)).body, "detail")), /UTF-8/);
});

test("a key that means the prototype is an unknown field like any other", async (t) => {
  const rest = await RestUnderTest.start(t);
  const text = '{"entity":"box:1","command_type":"Add","payload":{"n":1},"__proto__":{"id":"x"}}';
  t.is(at((await rest.post("/commands", text, json)).body, "errors", 0, "path"), "__proto__");
  const inside = '{"entity":"box:1","command_type":"Add","payload":{"n":1,"__proto__":{}}}';
  t.is((await rest.post("/commands", inside, json)).status, 422);
});

test("a host on loopback answers to names of loopback only", async (t) => {
  const rest = await RestUnderTest.start(t);
  const request = (host: string): string => `GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  for (const host of ["localhost", "localhost:8080", "127.0.0.1", "[::1]:99", "LOCALHOST"])
    t.regex(await exchange(rest, request(host)), /^HTTP\/1.1 200 /, host);
  for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "localhost@evil"])
    t.regex(await exchange(rest, request(host)), /^HTTP\/1.1 421 /, host);
});

test("no answer lets another site's page read it", async (t) => {
  const rest = await RestUnderTest.start(t);
  const { headers } = await rest.call("GET", "/functions", { headers: { origin: "https://evil.example" } });
  t.is(headers.get("access-control-allow-origin"), null);
  t.is((await rest.call("OPTIONS", "/commands", { headers: { origin: "https://evil.example" } })).status, 405);
});

test("a target that is no path is refused", async (t) => {
  const rest = await RestUnderTest.start(t);
  const text = await exchange(
    rest,
    "GET http://evil.example/functions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
  );
  t.regex(text, /^HTTP\/1.1 404 /);
});

for (const [what, bytes] of [
  ["two lengths", "POST /commands HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"],
  [
    "a length and chunks",
    "POST /commands HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ],
  ["no Host", "GET /healthz HTTP/1.1\r\n\r\n"],
  ["no HTTP at all", "\u0016\u0003\u0001 hello\r\n\r\n"],
] as const)
  test(`a request with ${what} is a 400`, async (t) => {
    const rest = await RestUnderTest.start(t);
    t.regex(await exchange(rest, bytes), /^HTTP\/1.1 400 /);
  });

test("what is no HTTP is answered with a problem as well", async (t) => {
  const rest = await RestUnderTest.start(t);
  const text = await exchange(rest, `GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`);
  t.regex(text, /^HTTP\/1.1 431 /);
  t.is(at(JSON.parse(text.split("\r\n\r\n")[1] ?? ""), "code"), "HEAD_TOO_LARGE");
});

test("a head that does not come to its end is ended", async (t) => {
  const rest = await RestUnderTest.start(t);
  const text = await exchange(rest, "GET /healthz HTTP/1.1\r\nHost: localhost\r\n");
  t.regex(text, /^HTTP\/1.1 408 /);
});

test("HEAD answers the head of GET", async (t) => {
  const rest = await RestUnderTest.start(t);
  const response = await fetch(`${rest.url}/healthz`, { method: "HEAD" });
  t.is(response.status, 200);
  t.is(await response.text(), "");
});

test("an unforeseen failure is a 500 that shows nothing but an id, which the log has once", async (t) => {
  const rest = await RestUnderTest.start(t);
  rest.engine.queries.command = () => Promise.reject(new Error("secret inside"));
  const { status, body } = await rest.get("/commands/x");
  t.is(status, 500);
  t.false(JSON.stringify(body).includes("secret"));
  const lines = rest.logged.filter(({ event }) => event === "rest.failed");
  t.is(lines.length, 1);
  t.true(String(at(body, "detail")).includes(String(lines[0]?.fields["id"])));
  t.regex(String(lines[0]?.fields["reason"]), /secret inside/);
});

test("a host that is busy says when to come back", async (t) => {
  const rest = await RestUnderTest.start(t);
  await rest.engine.close();
  const { status, headers, body } = await rest.post("/commands", add);
  t.is(status, 503);
  t.is(at(body, "code"), "SHUTTING_DOWN");
  t.regex(headers.get("retry-after") ?? "", /^\d+$/);
});
