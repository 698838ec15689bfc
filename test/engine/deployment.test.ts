import test from "ava";

import { plainComponent } from "../../host/functions/memory-functions.ts";
import { boxDispatcher, boxes, boxSchemaJson } from "./boxes.ts";
import { EngineUnderTest } from "./engine-under-test.ts";

test("what is deployed is there again after a crash", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:1", 1);
  await under.crash();
  t.is(under.engine.deployments.active("boxes").version, 1);
  t.is((await under.add("box:1", 1)).status, "done");
});

test("deploying the same component again changes nothing", async (t) => {
  const under = await EngineUnderTest.start();
  const { group } = under.journal.head;
  const again = await under.engine.deployment.component("boxes", plainComponent("boxes-1"));
  t.like(again, { changed: false });
  t.is(under.journal.head.group, group);
});

test("a new aggregator folds everything anew, and a rollback brings back the old one's states", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:1", 2);
  t.is(await under.deploy("boxes", boxes({ factor: 10 })), 2);
  t.like(await under.state("box:1"), { count: 20 });
  await under.add("box:1", 1);
  t.like(await under.state("box:1"), { count: 30 });
  await under.engine.deployment.rollback("boxes", 1);
  t.like(await under.state("box:1"), { count: 3 });
  await t.throwsAsync(under.engine.deployment.rollback("boxes", 9), { code: "VERSION_UNKNOWN" });
  await t.throwsAsync(under.engine.deployment.rollback("nobody", 1), { code: "FUNCTION_UNKNOWN" });
});

test("an aggregator that can't fold what is stored is refused, and the old one goes on", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:1", 2);
  const broken = {
    ...boxes(),
    aggregate: () => {
      throw new Error("unwilling");
    },
  };
  await t.throwsAsync(under.deploy("boxes", broken), { code: "FUNCTION_REFUSED", message: /unwilling/ });
  t.is((await under.add("box:1", 1)).status, "done");
});

test("a second function in charge of the same aggregate is refused", async (t) => {
  const under = await EngineUnderTest.start();
  await t.throwsAsync(under.deploy("more-boxes", boxes()), { code: "FUNCTION_CLAIMED" });
});

test("an entity type belongs to one schema", async (t) => {
  const under = await EngineUnderTest.start();
  const other = JSON.parse(
    JSON.stringify(boxSchemaJson)
      .replaceAll('"namespace":"Box"', '"namespace":"Crate"')
      .replaceAll('"references":"Box"', '"references":"Crate"'),
  );
  await t.throwsAsync(under.engine.deployment.schema("Crate", other), { code: "ENTITY_TYPE_CLAIMED" });
});

function withFields(name: string, fields: readonly object[]): object[] {
  return boxSchemaJson.map((type) => ("name" in type && type.name === name ? { ...type, fields } : type));
}

test("a schema may break with versions that nothing was written with, and back again", async (t) => {
  const under = await EngineUnderTest.start();
  const { deployment, deployments } = under.engine;
  const withText = withFields("Added", [{ name: "n", type: "string" }]);
  await deployment.schema("Box", withText);
  t.is(deployments.latestSchema("Box")?.fingerprint, deployments.schemaVersions("Box")[1]?.fingerprint);
  await deployment.schema("Box", boxSchemaJson);
  t.is(deployments.schemaVersions("Box").length, 3);
  await under.add("box:1", 2);
  await under.crash();
  t.like(await under.state("box:1"), { count: 2 });
  // Now something is written: neither a new schema nor one that was there before may break with it.
  await t.throwsAsync(under.engine.deployment.schema("Box", withText), { code: "SCHEMA_INCOMPATIBLE" });
  await deployment.schema("Box", boxSchemaJson);
});

test("a roll-back to a version whose schema can't read what is stored is refused", async (t) => {
  const under = await EngineUnderTest.start();
  const emptied = { type: "record", name: "Emptied", namespace: "Box", evento: "event", fields: [] };
  const schema = [...withFields("ItemTouched", [{ name: "by", type: "string" }]), emptied];
  await under.deploy("boxes", boxes({ schema }));
  await under.add("box:1", 2);
  const error = await t.throwsAsync(under.engine.deployment.rollback("boxes", 1));
  t.like(error, { code: "SCHEMA_INCOMPATIBLE" });
  t.is(under.engine.deployments.active("boxes").version, 2);
  t.like(await under.state("box:1"), { count: 2 });
});

test("a command that waits without an event keeps the schema that it was written with", async (t) => {
  const under = await EngineUnderTest.start();
  await under.engine.post({ id: "stuck", entity: "box:1", command_type: "Misbehave", payload: { how: "fail" } });
  const breaking = withFields("Added", [{ name: "n", type: "string" }]);
  await t.throwsAsync(under.engine.deployment.schema("Box", breaking), { code: "SCHEMA_INCOMPATIBLE" });
  for (let tries = 0; tries < 10; tries++) await under.clock.advance(60_000);
  t.is((await under.engine.queries.command("stuck")).status, "parked");
  await t.throwsAsync(under.engine.deployment.schema("Box", breaking), { code: "SCHEMA_INCOMPATIBLE" });
});

test("a schema that can't read what was written is refused with the list of what breaks", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:1", 2);
  const breaking = boxSchemaJson.map((type) =>
    "name" in type && type.name === "Added"
      ? {
          ...type,
          fields: [
            { name: "n", type: "int" },
            { name: "why", type: "string" },
          ],
        }
      : type,
  );
  const error = await t.throwsAsync(under.engine.deployment.schema("Box", breaking), { code: "SCHEMA_INCOMPATIBLE" });
  t.true(error !== undefined && "faults" in error && JSON.stringify(error.faults).includes("Added.why"));
});

test("events written in an old version are read in the new one, and functions of either see their own", async (t) => {
  const under = await EngineUnderTest.start();
  await under.add("box:1", 2);
  const schema = boxSchemaJson.map((type) =>
    "name" in type && type.name === "Added"
      ? {
          ...type,
          fields: [
            { name: "n", type: "int" },
            { name: "why", type: "string", default: "old" },
          ],
        }
      : type,
  );
  await under.deploy("boxes", boxes({ schema }));
  await under.add("box:1", 3);
  t.like(await under.state("box:1"), { count: 5 });
  const { events } = await under.engine.queries.events({ after: 0, limit: 10, filter: { aggregate: "box:1" } });
  t.deepEqual(
    events.map(({ payload }) => payload),
    [{ n: 2 }, { n: 3, why: "old" }],
  );
});

for (const [what, plain] of [
  [
    "describes another aggregate than its schema",
    { ...boxes(), description: { aggregate: "Crate", schema: boxSchemaJson } },
  ],
  ["describes nothing", { ...boxes(), description: null }],
  ["wants an event that no schema of it has", boxDispatcher(["Box.Burned"], () => [])],
  ["wants no event", boxDispatcher([], () => [])],
] as const)
  test(`a function that ${what} is refused and changes nothing`, async (t) => {
    const under = await EngineUnderTest.start({ functions: {} });
    const { group } = under.journal.head;
    await t.throwsAsync(under.deploy("odd", plain), { code: "FUNCTION_REFUSED" });
    t.is(under.journal.head.group, group);
  });

for (const name of ["", "Boxes", "1box", "a_b", "x".repeat(64), "../x"])
  test(`the function name ${JSON.stringify(name.slice(0, 10))} is refused`, async (t) => {
    const under = await EngineUnderTest.start();
    await t.throwsAsync(under.engine.deployment.component(name, plainComponent("boxes-1")), {
      code: "FUNCTION_NAME_INVALID",
    });
  });

test("the history of the host is an aggregate like any other", async (t) => {
  const under = await EngineUnderTest.start();
  const { state, sequence } = await under.engine.queries.aggregate("evento:host");
  t.is(sequence, 2);
  t.like(state, { schemas: { Box: [under.engine.deployments.latestSchema("Box")?.fingerprint] } });
  t.deepEqual(await under.eventTypes("evento"), ["SchemaRegistered", "FunctionDeployed"]);
});
