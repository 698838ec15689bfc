// Every operation of the OpenAPI document, called with what its schemas allow and with what they do not. No answer may be a
// failure of the host, and none may be other than the document says.
import test from "ava";
import * as fc from "fast-check";

import { boxes } from "../engine/boxes.ts";
import { DocumentCheck } from "../rest/document-check.ts";
import { isObject } from "../rest/json-schema-check.ts";
import { at, RestUnderTest } from "../rest/rest-under-test.ts";
import { textOf, valueOf } from "./schema-arbitrary.ts";
import { TokensUnderTest } from "./tokens-under-test.ts";

const budgetMs = 30_000;
const texts = (line: string): readonly string[] => line.split(" ");
const words = {
  entity: texts("box:1 box:1 box:2 item:1 evento:host"),
  command_type: texts("Add Add AddItem TouchItem PointAt Misbehave"),
  event_type: texts("Added Added ItemAdded"),
  on: texts("Box.Added * Box"),
  name: texts("boxes rules"),
  status: texts("parked pending"),
  aggregate_type: texts("Box evento"),
  at_time: texts("2026-01-01T00:00:00Z 0"),
  Prefer: texts("wait=0 respond-async wait=1"),
  Accept: texts("application/json application/x-ndjson text/event-stream"),
  "": texts("a a!0 b box:1 Box boxes rules 1 2 100 true event.payload.n evento Box.Added"),
};

type Parameter = { readonly name: string; readonly in: string; readonly value: string | undefined };
type Request = {
  readonly parameters: readonly Parameter[];
  readonly body: { readonly type: string; readonly bytes: string | Buffer } | undefined;
  readonly authorization: string;
};

type Operation = { readonly method: string; readonly path: string; readonly described: unknown };

function operationsOf(document: unknown): readonly Operation[] {
  return Object.entries(members(at(document, "paths"))).flatMap(([path, methods]) =>
    Object.entries(members(methods)).map(([method, described]) => ({ method: method.toUpperCase(), path, described })),
  );
}

function members(value: unknown): { readonly [name: string]: unknown } {
  return isObject(value) ? value : {};
}

function requestsOf({ described }: Operation, given: { document: unknown; tokens: readonly string[] }) {
  const named = members(at(given.document, "components", "schemas"));
  const parameters = fc.tuple(...[at(described, "parameters") ?? []].flat().map((parameter) => parameterOf(parameter)));
  const content = Object.entries(members(at(described, "requestBody", "content")));
  const bodies = content.map(([type, media]) => {
    const value = valueOf(at(media, "schema"), { named, words });
    const isBytes = !type.includes("json");
    const bytes = isBytes
      ? fc.uint8Array({ maxLength: 100 }).map((array) => Buffer.from(array))
      : type.includes("ndjson")
        ? fc.array(value, { maxLength: 5 }).map((lines) => lines.map((line) => `${JSON.stringify(line)}\n`).join(""))
        : value.map((one) => JSON.stringify(one));
    const broken = fc.oneof(fc.string(), fc.constantFrom("", "{", "[]", "null", '{"a":1,"a":2}', "\u0000"));
    return fc.record({
      type: fc.oneof({ weight: 20, arbitrary: fc.constant(type) }, { weight: 1, arbitrary: fc.constant("text/plain") }),
      bytes: fc.oneof({ weight: 10, arbitrary: bytes }, { weight: 1, arbitrary: broken }),
    });
  });
  return fc.record({
    parameters,
    body: bodies.length === 0 ? fc.constant(undefined) : fc.option(fc.oneof(...bodies), { nil: undefined, freq: 10 }),
    authorization: fc.constantFrom(...given.tokens),
  });
}

function parameterOf(described: unknown): fc.Arbitrary<Parameter> {
  const name = String(at(described, "name"));
  const place = String(at(described, "in"));
  const schema = at(described, "schema");
  const choices = at(schema, "enum");
  const known: fc.Arbitrary<string> = Array.isArray(choices)
    ? fc.constantFrom(...choices.map(String))
    : at(schema, "type") === "integer"
      ? fc.oneof(fc.nat({ max: 30 }), fc.integer()).map(String)
      : textOf(words, name);
  const value = fc.oneof({ weight: 5, arbitrary: known }, { weight: 1, arbitrary: textOf(words) });
  // A path has all of its segments; two dots would be another path.
  const inPath = value.filter((text) => text !== "" && text !== "." && text !== ".." && text.isWellFormed());
  const mostlyAbsent = fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value });
  const given = place === "path" ? inPath : place === "header" ? mostlyAbsent : fc.option(value, { nil: undefined });
  return given.map((text) => ({ name, in: place, value: text }));
}

/** What fetch lets into a header. */
function isHeaderText(text: string): boolean {
  return /^[\u0020-\u007e]*$/.test(text);
}

async function send(rest: RestUnderTest, { method, path }: Operation, request: Request): Promise<Response> {
  const query = new URLSearchParams();
  const headers: { [name: string]: string } = { accept: "application/json" };
  let target = path;
  for (const { name, in: place, value } of request.parameters) {
    if (value === undefined) continue;
    if (place === "path") target = target.replace(`{${name}}`, () => encodeURIComponent(value));
    else if (place === "query") query.set(name, value);
    else if (isHeaderText(value)) headers[name] = value;
  }
  if (request.authorization !== "") headers["authorization"] = request.authorization;
  if (request.body !== undefined) headers["content-type"] = request.body.type;
  return fetch(`${rest.url}${target}?${query.toString()}`, {
    method,
    headers,
    ...(request.body === undefined ? {} : { body: request.body.bytes }),
    signal: AbortSignal.timeout(10_000),
  });
}

test("no call that the document describes, right or wrong, has an answer that it does not", async (t) => {
  const tokens = new TokensUnderTest(t);
  const everything = ["read", "commands:*", "events:*", "deploy", "operate"];
  const all = `Bearer ${await tokens.create("all", everything)}`;
  const some = `Bearer ${await tokens.create("some", ["read:Box", "commands:Bag"])}`;
  const rest = await RestUnderTest.start(t, { tokens: tokens.path, waitMs: 50 });
  const document: unknown = await (await fetch(`${rest.url}/openapi.json`)).json();
  const check = await DocumentCheck.of(rest.url);
  const statusByCode = new Map(
    [at(document, "x-error-codes")].flat().map((row) => [String(at(row, "code")), Number(at(row, "status"))]),
  );
  await rest.engine.post({
    id: "a",
    entity: "box:1",
    command_type: "Add",
    payload: { n: 1 },
    expected_sequence: undefined,
  });
  const operations = operationsOf(document);
  const seed = Date.now() % 2 ** 31;
  const seen = new Map<number, number>();
  // What takes a body has more to go wrong.
  const shareOf = ({ described }: Operation): number => (at(described, "requestBody") === undefined ? 1 : 5);
  const shares = operations.reduce((sum, operation) => sum + shareOf(operation), 0);
  for (const operation of operations) {
    await rest.deploy("boxes", boxes());
    const verdict = async (request: Request): Promise<void> => {
      const response = await send(rest, operation, request);
      const { status, headers } = response;
      seen.set(status, (seen.get(status) ?? 0) + 1);
      const type = headers.get("content-type")?.split(";", 1)[0] ?? "";
      if (type === "text/event-stream") return response.body?.cancel();
      const text = await response.text();
      const what = `${operation.method} ${response.url} ${status} ${text.slice(0, 500)}`;
      if (status >= 500 && (status !== 503 || headers.get("retry-after") === null)) throw new Error(what);
      if (status === 404 && text.includes("PATH_UNKNOWN")) throw new Error(`no such path: ${what}`);
      if (type === "application/x-ndjson" && operation.method === "POST")
        for (const line of text.split("\n").filter((some) => some !== ""))
          check.line({ path: operation.path, line: JSON.parse(line) });
      const body: unknown = /\bjson$/.test(type) ? JSON.parse(text) : text;
      check.answer({ method: operation.method, path: operation.path, answer: { status, headers, body } });
      const code = at(body, "code");
      if (type === "application/problem+json" && statusByCode.get(String(code)) !== status && code !== "NO_AGGREGATOR")
        throw new Error(`found a code with another status than the document says: ${what}`);
    };
    // Mostly what may do everything: what comes after the gate is wanted.
    const chosen = [...Array.from({ length: 12 }, () => all), some, "", "Bearer x", "Basic eDp5"];
    const outcome = await fc.check(fc.asyncProperty(requestsOf(operation, { document, tokens: chosen }), verdict), {
      seed,
      numRuns: 10_000,
      interruptAfterTimeLimit: (budgetMs * shareOf(operation)) / shares,
      markInterruptAsFailure: false,
    });
    if (outcome.failed)
      throw new Error(`seed ${seed}, path ${outcome.counterexamplePath}`, { cause: outcome.errorInstance });
  }
  const counts = [...seen].toSorted(([one], [other]) => one - other).map(([status, count]) => `${status}: ${count}`);
  t.log(`seed ${seed}, ${operations.length} operations, answers by status: ${counts.join(", ")}`);
  for (const status of [200, 201, 400, 401, 403, 404, 415, 422]) t.true(seen.has(status), String(status));
});
