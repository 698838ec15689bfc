import test from "ava";

import { parseAggregateSchema, type AggregateSchema } from "../../host/schemas/aggregate-schema.ts";
import { money, sampleSchema, type Node } from "./sample-schema.ts";

function schemaOf(...fields: readonly Node[]): AggregateSchema {
  return parseAggregateSchema([
    { type: "record", name: "Account", namespace: "Sample", evento: "root", entity: "sample", fields },
  ]);
}

function referencesOf(schema: AggregateSchema, state: unknown): readonly string[] {
  return schema.referencesIn(schema.root.fromJson(state));
}

const references = "Client";

test("references are found in strings, nullable strings, arrays and maps, between other fields", (t) => {
  const schema = schemaOf(
    { name: "balance", type: money },
    { name: "owner", type: "string", references },
    { name: "notes", type: { type: "map", values: ["null", "string"] } },
    { name: "partner", type: ["null", "string"], references },
    { name: "heir", type: ["string", "null"], references },
    { name: "holders", type: { type: "array", items: "string" }, references },
    { name: "roles", type: { type: "map", values: "string" }, references },
    { name: "opened", type: "long" },
  );
  const state = {
    balance: "1.00",
    owner: "client:5",
    notes: { a: "client:8", b: null },
    partner: "client:4",
    heir: null,
    holders: ["client:3", "client:2"],
    roles: { payer: "client:1" },
    opened: 1,
  };
  t.deepEqual(referencesOf(schema, state), ["client:1", "client:2", "client:3", "client:4", "client:5"]);
});

test("references are sorted and none is repeated", (t) => {
  const schema = schemaOf({ name: "holders", type: { type: "array", items: "string" }, references });
  const holders = ["client:b", "client:a", "client:b", "client:B"];
  t.deepEqual(referencesOf(schema, { holders }), ["client:B", "client:a", "client:b"]);
});

test("text that is no entity id refers to nothing", (t) => {
  const schema = schemaOf({ name: "holders", type: { type: "array", items: "string" }, references });
  t.deepEqual(referencesOf(schema, { holders: ["", "client", "client:1", "client:.."] }), ["client:1"]);
});

test("a root without reference fields has none", (t) => {
  const schema = schemaOf({ name: "owner", type: "string" });
  t.deepEqual(referencesOf(schema, { owner: "client:1" }), []);
  t.deepEqual(sampleSchema().references, []);
});

test("what stands behind the last reference is not looked at", (t) => {
  const schema = schemaOf({ name: "owner", type: "string", references }, { name: "rest", type: "bytes" });
  const state = schema.root.fromJson({ owner: "client:1", rest: "AAEC" });
  t.deepEqual(schema.referencesIn(state.subarray(0, 9)), ["client:1"]);
});
