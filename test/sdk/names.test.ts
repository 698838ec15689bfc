import test from "ava";

import { EventoError } from "../../host/errors.ts";
import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { echoesOf, echoSchema, type Node } from "./echo.ts";
import { functionFolder } from "./function-folder.ts";

/** Words that mean something to AssemblyScript, to JavaScript or to the SDK. */
const words =
  `abstract any as async await bool boolean break case catch class const continue debugger declare default delete do
  else enum export extends externref f32 f64 false finally for from function funcref get i16 i32 i64 i8 if implements import in
  instanceof interface is isize keyof let module namespace never new null number object of override package private protected
  public readonly return set static string super switch symbol this throw true try type typeof u16 u32 u64 u8 undefined unknown
  usize v128 var void while with yield arguments name length toString valueOf read write typeName
  Array Box Cause Command Commands Date Day Decimal Duration Error Event Events Function Infinity JSON Map Math NaN Null Number
  Object Payload Promise Reader Set String Symbol Timestamp Uint8Array Uuid Writer abort bytesOfHex fail heap idof load log
  memory store unreachable`
    .split(/\s+/)
    .filter((word) => word !== "");

function record(name: string, types: readonly (readonly [field: string, type: unknown])[]): Node {
  return { type: "record", name, fields: types.map(([field, type]) => ({ name: field, type })) };
}

test("fields may be called as any word is, with or without an underscore beside them", async (t) => {
  const types = [
    record(
      "Fields",
      words.flatMap((word) => [
        [word, "int"],
        [`${word}_`, "string"],
      ]),
    ),
  ];
  const [echo] = await echoesOf(t, ["Fields"], types);
  const value = Object.fromEntries(
    words.flatMap((word, index) => [
      [word, index],
      [`${word}_`, word],
    ]),
  );
  const bytes = Uint8Array.from(echo?.codec.fromJson({ value }) ?? []);
  t.deepEqual(echo?.of(bytes), { bytes });
});

test("symbols of an enum may be called as any word is", async (t) => {
  // The codec takes what every object has for a second symbol of that name.
  const symbols = words.filter((word) => !(word in {})).flatMap((word) => [word, `${word}_`]);
  const types = [
    { type: "enum", name: "Word", symbols, default: "class" },
    record("Symbols", [["list", { type: "array", items: "Word" }]]),
  ];
  const [echo] = await echoesOf(t, ["Symbols"], types);
  const bytes = Uint8Array.from(echo?.codec.fromJson({ value: { list: symbols } }) ?? []);
  t.deepEqual(echo?.of(bytes), { bytes });
});

test("records may be called as any word is, and hold each other", async (t) => {
  // Avro has these for itself.
  const names = words.filter((word) => !["boolean", "null", "string"].includes(word));
  const types = names.map((name) =>
    record(name, [
      ["number", "int"],
      ["other", ["null", "class_", name]],
    ]),
  );
  const all = record(
    "All",
    names.map((name) => [`f_${name}`, name]),
  );
  const beside = record("class_", [["map", { type: "map", values: "Map" }]]);
  const [echo] = await echoesOf(t, ["All"], [all, ...types, beside]);
  const leaf = { number: 2, other: null };
  const inner = (name: string): unknown => ({
    number: 1,
    other: name === "class" ? { "Sample.class_": { map: { a: leaf } } } : { [`Sample.${name}`]: leaf },
  });
  const value = Object.fromEntries(names.map((name) => [`f_${name}`, inner(name)]));
  const bytes = Uint8Array.from(echo?.codec.fromJson({ value }) ?? []);
  t.deepEqual(echo?.of(bytes), { bytes });
});

test("a field may be called as a type is, and a type be used before it is declared", async (t) => {
  const types = [
    record("Order", [
      ["Money", "Money"],
      ["Kind", "Kind"],
      ["Order", ["null", "Order"]],
      ["Decimal", { type: "bytes", logicalType: "decimal", precision: 4, scale: 1 }],
      ["Box", ["null", "int"]],
      ["Kinds", { type: "map", values: "Kind" }],
    ]),
    record("Money", [["cents", "long"]]),
    { type: "enum", name: "Kind", symbols: ["A", "B"] },
  ];
  const [echo] = await echoesOf(t, ["Order"], types);
  const plain = { Money: { cents: 5 }, Kind: "B", Decimal: "-0.1", Box: 3, Kinds: { x: "B" } };
  const bytes = Uint8Array.from(echo?.codec.fromJson({ value: { ...plain, Order: { ...plain, Order: null } } }) ?? []);
  t.deepEqual(echo?.of(bytes), { bytes });
});

for (const type of [
  { type: "bytes", logicalType: "decimal", precision: 19, scale: 2 },
  { type: "array", items: { type: "bytes", logicalType: "decimal", precision: 19, scale: 2 } },
  ["null", "string", { type: "fixed", name: "Wide", size: 12, logicalType: "decimal", precision: 19, scale: 2 }],
])
  test(`a decimal of 19 digits is refused before anything is compiled: ${JSON.stringify(type)}`, async (t) => {
    const folder = await functionFolder(t, {
      "evento.json": { name: "wide", schema: "Sample.avsc" },
      "Sample.avsc": echoSchema(["Cart"], [record("Cart", [["total", type]])]),
      "handler.ts": "",
    });
    const error = await t.throwsAsync(buildFunction(folder), { instanceOf: EventoError });
    t.is(error?.code, "SCHEMA_NOT_SUPPORTED");
    t.is(error?.message, "Cart.total is a decimal of 19 digits, expected at most 18");
    t.truthy(error?.hint);
  });
