import { isDeepStrictEqual } from "node:util";

import test, { type ExecutionContext } from "ava";
import * as fc from "fast-check";

import { avscType } from "../schemas/avsc-oracle.ts";
import { logicalScalars, plainScalars, schemaCases, type SchemaCase } from "../schemas/schema-arbitrary.ts";
import { echoesOf, type Echo, type Node } from "./echo.ts";

/** Many schemas go into one function, since building takes far longer than calling. */
const casesPerFunction = 40;
const valuesPerCase = 25;

type Batch = {
  readonly records: readonly string[];
  readonly types: readonly Node[];
  readonly values: readonly fc.Arbitrary<unknown>[];
};

/** Each case comes with names from T1 on: a prefix keeps them apart, in its types and in the branches of its values. */
function batchOf(cases: readonly SchemaCase[]): Batch {
  const records = cases.map((_, index) => `Case${index}`);
  const types = cases.map(({ fields }, index): Node => {
    const text = JSON.stringify(fields).replaceAll(/"T(\d+)"/g, `"Case${index}T$1"`);
    return { type: "record", name: `Case${index}`, fields: JSON.parse(text) };
  });
  const values = cases.map((one, index) =>
    one.values.map((value): unknown => ({
      value: JSON.parse(JSON.stringify(value).replaceAll('"Sample.T', `"Sample.Case${index}T`)),
    })),
  );
  return { records, types, values };
}

/** All but decimals of more digits than the SDK holds. */
const cases = schemaCases([...plainScalars, ...logicalScalars]).filter(
  ({ fields }) => !JSON.stringify(fields).includes('"precision":30'),
);

type Sample = { readonly echo: Echo; readonly bytes: Uint8Array; readonly value: unknown; readonly told: string };

/** Random values of random schemas, with the functions that echo them. */
async function samples(t: ExecutionContext, perCase: number): Promise<readonly Sample[]> {
  const seed = Math.floor(Math.random() * 2 ** 31);
  const batch = batchOf(fc.sample(cases, { seed, numRuns: casesPerFunction }));
  const echoes = await echoesOf(t, batch.records, batch.types);
  return echoes.flatMap((echo, index) => {
    const values = batch.values[index];
    if (values === undefined) return [];
    return fc.sample(values, { seed, numRuns: perCase }).map((value) => ({
      echo,
      value,
      bytes: Uint8Array.from(echo.codec.fromJson(value)),
      told: `seed ${seed}: ${JSON.stringify(value)} of ${JSON.stringify(echo.codec.schema)}`,
    }));
  });
}

test("a value of any schema comes out of a function as it went in, in the bytes that avsc writes", async (t) => {
  for (const { echo, bytes, told } of await samples(t, valuesPerCase)) {
    t.deepEqual(echo.of(bytes), { bytes }, told);
    const type = avscType(echo.codec.schema);
    if (!isDeepStrictEqual(Uint8Array.from(type.toBuffer(type.fromBuffer(Buffer.from(bytes)))), bytes)) t.fail(told);
  }
});

test("bytes that are cut short anywhere make the function fail, and say so", async (t) => {
  for (const { echo, bytes, told } of await samples(t, 2)) {
    // Each failure costs a fresh instance: a few places in a long value will do.
    const step = Math.max(1, Math.floor(bytes.length / 6));
    for (let length = 0; length < bytes.length; length += step) {
      const echoed = echo.of(bytes.subarray(0, length));
      if (!("failure" in echoed)) return t.fail(`${length} of ${bytes.length} bytes passed; ${told}`);
      t.regex(echoed.failure, /^trapped: avro: /, told);
    }
  }
});

test("bytes that were changed anywhere are read as something or refused, never past their end", async (t) => {
  for (const { echo, bytes, told } of await samples(t, 2)) {
    if (bytes.length === 0) continue;
    const at = Math.floor(Math.random() * bytes.length);
    const changed = bytes.with(at, Math.floor(Math.random() * 256));
    const echoed = echo.of(changed);
    if ("failure" in echoed) t.regex(echoed.failure, /^trapped: (avro|decimal): |^trapped: Unpaired surrogate/, told);
    else t.true(echoed.bytes.length <= changed.length + 1_000, told);
  }
});

/** Echoes one value of one type. */
async function echoOne(t: ExecutionContext, type: unknown, value: unknown, types: readonly Node[] = []): Promise<void> {
  const [echo] = await echoesOf(
    t,
    ["One"],
    [{ type: "record", name: "One", fields: [{ name: "one", type }] }, ...types],
  );
  if (echo === undefined) return t.fail("there is no echo");
  const bytes = Uint8Array.from(echo.codec.fromJson({ value: { one: value } }));
  t.deepEqual(echo.of(bytes), { bytes });
}

test("a tree of nodes that hold nodes goes through a function", async (t) => {
  const node = {
    type: "record",
    name: "Tree",
    fields: [
      { name: "left", type: ["null", "Tree"] },
      { name: "branches", type: { type: "array", items: "Tree" } },
      { name: "named", type: { type: "map", values: "Tree" } },
      { name: "either", type: ["Tree", "string", "null"] },
    ],
  };
  const leaf = { left: null, branches: [], named: {}, either: { string: "leaf" } };
  const tree = { left: leaf, branches: [leaf, leaf], named: { a: leaf }, either: { "Sample.Tree": leaf } };
  await echoOne(t, "Tree", tree, [node]);
});

test("decimals in a fixed size keep every digit", async (t) => {
  const amount = { type: "fixed", name: "Amount", size: 8, logicalType: "decimal", precision: 18, scale: 4 };
  const amounts = ["99999999999999.9999", "-99999999999999.9999", "0.0000", "-0.0001"];
  await echoOne(t, { type: "array", items: "Amount" }, amounts, [amount]);
});

test("two unions that differ only in the scale of a decimal are kept apart", async (t) => {
  const decimal = (scale: number): Node => ({ type: "bytes", logicalType: "decimal", precision: 9, scale });
  const pair = {
    type: "record",
    name: "Pair",
    fields: [
      { name: "cents", type: ["string", decimal(2)] },
      { name: "millis", type: ["string", decimal(3)] },
    ],
  };
  await echoOne(t, "Pair", { cents: { bytes: "1.25" }, millis: { bytes: "1.125" } }, [pair]);
});

test("names that AssemblyScript or the generated code has for itself go through a function", async (t) => {
  const names = [
    "class",
    "read",
    "write",
    "typeName",
    "i32",
    "this",
    "Map",
    "Decimal",
    "Kind",
    "string",
    "Array",
    "toString",
  ];
  const kind = { type: "enum", name: "Kind", symbols: ["default", "static", "A"] };
  const fields = [
    ...names.map((name) => ({ name, type: "int" })),
    { name: "amount", type: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 } },
    { name: "kind", type: "Kind" },
    { name: "maps", type: { type: "map", values: "Map" } },
  ];
  const types = [{ type: "record", name: "Names", fields }, { type: "record", name: "Map", fields: [] }, kind];
  const value = {
    ...Object.fromEntries(names.map((name) => [name, 7])),
    amount: "1.00",
    kind: "static",
    maps: { a: {} },
  };
  await echoOne(t, "Names", value, types);
});

test("an array that comes in several blocks, with or without their sizes, is read as one", async (t) => {
  const list = { type: "record", name: "List", fields: [{ name: "list", type: { type: "array", items: "int" } }] };
  const [echo] = await echoesOf(t, ["List"], [list]);
  // Blocks: one item, then two in two bytes, then the end.
  t.deepEqual(echo?.of(Uint8Array.of(2, 8, 3, 4, 10, 12, 0)), { bytes: Uint8Array.of(6, 8, 10, 12, 0) });
});
