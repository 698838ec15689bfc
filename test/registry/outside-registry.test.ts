import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

import test, { type ExecutionContext } from "ava";

import { OutsideRegistry } from "../../host/registry/outside-registry.ts";
import { SchemaCatalog } from "../../host/registry/schema-catalog.ts";
import { accountSchema, makeRegisteredLog } from "./registered-log.ts";

type Call = { readonly url: string; readonly authorization: string | undefined; readonly body: unknown };

/** A registry that gives out numbers as Confluent's does, or answers what it is told to. */
async function startRegistry(t: ExecutionContext, answers: (readonly [number, string])[] = []) {
  const calls: Call[] = [];
  const schemas: string[] = [];
  const answerTo = (
    { url = "", headers: { authorization } }: IncomingMessage,
    body: string,
  ): readonly [number, string] => {
    const parsed: { schema: string } = JSON.parse(body);
    calls.push({ url, authorization, body: parsed });
    if (!schemas.includes(parsed.schema)) schemas.push(parsed.schema);
    return answers.shift() ?? [200, JSON.stringify({ id: 100 + schemas.indexOf(parsed.schema) })];
  };
  const server = createServer((request, response) => {
    text(request).then(
      (body) => {
        const [status, answer] = answerTo(request, body);
        response.writeHead(status).end(answer);
      },
      () => response.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return { calls, host: `127.0.0.1:${address.port}` };
}

async function register() {
  const log = await makeRegisteredLog();
  const { fingerprint, events } = await log.register(accountSchema("Savings"));
  return {
    catalog: new SchemaCatalog({ journal: log.journal }),
    schema: JSON.stringify(events.get("Deposited")?.schema),
    name: { aggregate_type: "Savings", schema: fingerprint, record: "Deposited" },
  };
}

test("a schema is registered once under its record's name, and the registry's number is used", async (t) => {
  const { calls, host } = await startRegistry(t);
  const { catalog, name, schema } = await register();
  const registry = new OutsideRegistry({ catalog, url: `http://${host}/api/` });
  t.deepEqual(await registry.schemaOf(name), { id: 100, uri: `http://${host}/api/schemas/ids/100` });
  await registry.schemaOf(name);
  t.is(calls.length, 1);
  t.is(calls[0]?.url, "/api/subjects/Savings.Deposited/versions");
  t.deepEqual(calls[0]?.body, { schema, schemaType: "AVRO" });
});

test("user and password of the registry's URL are sent and not shown", async (t) => {
  const { calls, host } = await startRegistry(t);
  const { catalog, name } = await register();
  const registry = new OutsideRegistry({ catalog, url: `http://ada:s%20cret@${host}` });
  t.false((await registry.schemaOf(name)).uri.includes("ada"));
  t.is(calls[0]?.authorization, `Basic ${Buffer.from("ada:s cret").toString("base64")}`);
});

test("a registry that is away or overloaded can be tried again, one that refuses says why", async (t) => {
  const { host } = await startRegistry(t, [
    [503, "later"],
    [429, "slower"],
    [200, "<html>"],
    [200, '{"id":"7"}'],
    [409, "incompatible with an earlier schema"],
  ]);
  const { catalog, name } = await register();
  const registry = new OutsideRegistry({ catalog, url: `http://${host}` });
  for (let call = 0; call < 4; call++) {
    const error = await t.throwsAsync(registry.schemaOf(name), { code: "REGISTRY_UNAVAILABLE" });
    t.true(error instanceof Error && "retryable" in error && error.retryable);
  }
  const refused = await t.throwsAsync(registry.schemaOf(name), { code: "REGISTRY_REFUSED" });
  t.regex(refused?.message ?? "", /incompatible with an earlier schema/);
  t.is((await registry.schemaOf(name)).id, 100);
});

test("a registry that nobody runs can be tried again", async (t) => {
  const { catalog, name } = await register();
  const registry = new OutsideRegistry({ catalog, url: "http://127.0.0.1:9" });
  await t.throwsAsync(registry.schemaOf(name), { code: "REGISTRY_UNAVAILABLE" });
});

test("a registry's URL that is none is refused", async (t) => {
  const { catalog } = await register();
  for (const url of ["", "registry:8081", "ftp://registry"])
    t.throws(() => new OutsideRegistry({ catalog, url }), { code: "CONFIG_INVALID" });
});

test("an incoming payload's number is looked up under its subject alone", async (t) => {
  const { host, calls } = await startRegistry(t);
  const { catalog, name } = await register();
  const registry = new OutsideRegistry({ catalog, url: `http://${host}` });
  const { id } = await registry.schemaOf(name);
  const record = await registry.recordOf(id, "Savings.Deposited");
  t.is(record?.kind, "event");
  t.is(record?.codec.name, "Deposited");
  t.is(await registry.recordOf(id, "Savings.Deposit"), undefined);
  t.is(await registry.recordOf(id + 50, "Savings.Deposited"), undefined);
  t.is(await registry.recordOf(id, "Nobody.Knows"), undefined);
  t.true(calls.every(({ url }) => url.startsWith("/subjects/Savings.")));
});
