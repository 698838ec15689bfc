import test from "ava";

import { HostRegistry, type RegistryAnswer } from "../../host/registry/host-registry.ts";
import { SchemaCatalog } from "../../host/registry/schema-catalog.ts";
import type { RecordName } from "../../host/registry/schema-ids.ts";
import { accountSchema, makeRegisteredLog, type RegisteredLog } from "./registered-log.ts";

function registryOf({ journal }: RegisteredLog) {
  const catalog = new SchemaCatalog({ journal });
  const registry = new HostRegistry({ catalog, url: () => "http://127.0.0.1:8080/registry" });
  const get = async (path: string): Promise<RegistryAnswer> => registry.answer({ method: "GET", path });
  return { catalog, registry, get };
}

test("a published payload's schema is found under the number that stands before it", async (t) => {
  const log = await makeRegisteredLog();
  const { fingerprint, events } = await log.register(accountSchema("Savings"));
  const { registry, get } = registryOf(log);
  const name = { aggregate_type: "Savings", schema: fingerprint, record: "Deposited" };
  const { id, uri } = await registry.schemaOf(name);
  t.is(uri, `http://127.0.0.1:8080/registry/schemas/ids/${id}`);
  const { status, body } = await get(`/schemas/ids/${id}`);
  t.is(status, 200);
  t.deepEqual(body, { schema: JSON.stringify(events.get("Deposited")?.schema) });
});

test("numbers are the same whenever and by whoever the log is read", async (t) => {
  const log = await makeRegisteredLog();
  const early = registryOf(log);
  await early.catalog.refresh();
  const names: RecordName[] = [];
  for (const schema of [accountSchema("Savings"), accountSchema("Checking"), accountSchema("Savings", 2)]) {
    await log.removeFunction("unrelated");
    const { name, fingerprint } = await log.register(schema);
    names.push({ aggregate_type: name, schema: fingerprint, record: "Deposited" });
    await early.catalog.refresh();
  }
  const late = registryOf(log);
  const idsOf = async (catalog: SchemaCatalog): Promise<number[]> => {
    const ids = [];
    for (const name of names) ids.push((await catalog.entryOf(name)).id);
    return ids;
  };
  t.deepEqual(await idsOf(early.catalog), await idsOf(late.catalog));
  t.is(new Set(await idsOf(early.catalog)).size, 3);
});

test("a number is never given to another schema, whatever is registered later", async (t) => {
  const log = await makeRegisteredLog();
  const seen = new Map<number, string>();
  for (let version = 1; version < 12; version++) {
    await log.register(accountSchema("Savings", version));
    await log.register(accountSchema(`Account${version}`));
    const { catalog } = registryOf(log);
    await catalog.refresh();
    for (const subject of catalog.subjects())
      for (const { id, schema } of catalog.versions(subject)) {
        t.is(seen.get(id) ?? schema, schema);
        seen.set(id, schema);
      }
  }
  t.true(Math.max(...seen.keys()) < 2 ** 31);
});

test("a record that a new version of its schema leaves as it was keeps its number and version", async (t) => {
  const log = await makeRegisteredLog();
  const first = await log.register(accountSchema("Savings", 1));
  const second = await log.register(accountSchema("Savings", 2));
  const { catalog, get } = registryOf(log);
  const of = (record: string, { fingerprint }: { fingerprint: string }) =>
    catalog.entryOf({ aggregate_type: "Savings", schema: fingerprint, record });
  t.is(await of("Deposit", second), await of("Deposit", first));
  t.not((await of("Deposited", second)).id, (await of("Deposited", first)).id);
  t.deepEqual((await get("/subjects/Savings.Deposited/versions")).body, [1, 2]);
  t.deepEqual((await get("/subjects/Savings.Deposit/versions")).body, [1]);
});

test("Evento's own events have schemas before anything is registered", async (t) => {
  const { catalog, get } = registryOf(await makeRegisteredLog());
  const { body } = await get("/subjects");
  t.true(Array.isArray(body) && body.includes("evento.FunctionDeployed") && body.includes("evento.SchemaRegistered"));
  t.true((catalog.versions("evento.FunctionDeployed")[0]?.id ?? Infinity) < 4_096);
});

test("subjects, versions and the latest are answered as Confluent's registry does", async (t) => {
  const log = await makeRegisteredLog();
  await log.register(accountSchema("Savings", 1));
  await log.register(accountSchema("Savings", 2));
  const { catalog, get } = registryOf(log);
  const { body } = await get("/subjects");
  t.deepEqual(Array.isArray(body) && body.filter((subject: string) => !subject.startsWith("evento.")), [
    "Savings.Deposit",
    "Savings.Deposited",
    "Savings.Savings",
  ]);
  const [one, two] = catalog.versions("Savings.Deposited");
  t.deepEqual(await get("/subjects/Savings.Deposited/versions/1"), { status: 200, body: one });
  t.deepEqual(await get("/subjects/Savings.Deposited/versions/latest"), { status: 200, body: two });
  t.deepEqual(await get("/subjects/Savings.Deposited/versions/-1"), { status: 200, body: two });
  t.deepEqual(Object.keys(two ?? {}).toSorted(), ["id", "schema", "subject", "version"]);
  t.deepEqual((await get("/subjects/Savings.Deposited/versions/2/schema")).body, JSON.parse(two?.schema ?? ""));
  t.deepEqual((await get(`/schemas/ids/${two?.id}/versions`)).body, [{ subject: "Savings.Deposited", version: 2 }]);
  t.deepEqual((await get(`/schemas/ids/${two?.id}/subjects`)).body, ["Savings.Deposited"]);
  t.deepEqual((await get("/schemas/types")).body, ["AVRO"]);
  t.deepEqual((await get("/config")).body, { compatibilityLevel: "BACKWARD_TRANSITIVE" });
});

test("what is not there is answered with Confluent's codes", async (t) => {
  const log = await makeRegisteredLog();
  await log.register(accountSchema("Savings"));
  const { get, registry } = registryOf(log);
  const codes = [];
  for (const path of [
    "/subjects/Nobody/versions",
    "/subjects/Savings.Deposited/versions/9",
    "/subjects/Savings.Deposited/versions/0",
    "/subjects/Savings.Deposited/versions/x",
    "/schemas/ids/999999",
    "/schemas/ids/%ff",
    "/nothing",
  ]) {
    const { status, body } = await get(path);
    codes.push([status, typeof body === "object" && body !== null && "error_code" in body ? body.error_code : 0]);
  }
  t.deepEqual(codes, [
    [404, 40_401],
    [404, 40_402],
    [422, 42_202],
    [422, 42_202],
    [404, 40_403],
    [404, 40_403],
    [404, 404],
  ]);
  t.is((await registry.answer({ method: "POST", path: "/subjects/x/versions" })).status, 405);
});

test("a schema that the log does not know is an error by name", async (t) => {
  const { catalog } = registryOf(await makeRegisteredLog());
  const name = { aggregate_type: "Savings", schema: "0000000000000000", record: "Deposited" };
  await t.throwsAsync(catalog.entryOf(name), { code: "SCHEMA_UNKNOWN" });
});
