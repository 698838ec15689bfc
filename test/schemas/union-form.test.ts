import test from "ava";

import { faultsOf } from "./refusal.ts";
import { codecOfType, money, type Node } from "./sample-schema.ts";

const card: Node = { type: "record", name: "Card", fields: [{ name: "number", type: "string" }] };
const cash: Node = { type: "record", name: "Cash", fields: [{ name: "currency", type: "string", default: "EUR" }] };
const kind: Node = { type: "enum", name: "Kind", symbols: ["A", "B"] };

function codecOfUnion(union: unknown) {
  return codecOfType(union, card, cash, kind);
}

type Taken = readonly [union: unknown, value: unknown, branch: number, gives?: unknown];

const taken: readonly Taken[] = [
  [["null", "string"], null, 0],
  [["null", "string"], "x", 1],
  [["string", "null"], null, 1],
  [["null", "string"], { string: "x" }, 1, "x"],
  [["null", "long"], "5", 1, 5],
  [["null", "long", "string"], 5, 1],
  [["null", "long", "string"], "5", 2],
  [["null", "long", "string"], { long: "5" }, 1, 5],
  [["null", "long", "string"], { long: "9223372036854775807" }, 1],
  [["int", "string"], "5", 1],
  [["int", "double"], 1.5, 1],
  [["int", "double"], { double: 1 }, 1],
  [["int", "double"], { int: 1 }, 0],
  [["string", money], 5, 1, { bytes: "5.00" }],
  [["double", "string"], { double: "NaN" }, 0],
  [["string", "Kind"], "other", 0],
  [["string", "Kind"], { "Sample.Kind": "A" }, 1],
  [["string", { type: "int", logicalType: "date" }], { int: "2026-11-23" }, 1],
  [["int", "Card", "Cash"], { number: "1" }, 1],
  [["int", "Card", "Cash"], { currency: "USD" }, 2],
  [["int", "Card", "Cash"], {}, 2, { currency: "EUR" }],
  [["int", "Card", "Cash"], { "Sample.Card": { number: "1" } }, 1, { number: "1" }],
  [["null", { type: "array", items: "int" }], [1], 1],
  [["null", { type: "array", items: "int" }], { array: [1] }, 1, [1]],
  [["string", { type: "map", values: "string" }], { a: "x" }, 1],
  [["string", { type: "map", values: "string" }], { string: "x" }, 0, "x"],
  [["string", { type: "map", values: "string" }], { map: { string: "x" } }, 1],
  [["Card", { type: "map", values: "string" }], { map: { number: "x" } }, 1],
  [["Card", { type: "map", values: "string" }], { number: "x", other: "y" }, 1],
];

for (const [union, value, branch, gives = value] of taken)
  test(`${JSON.stringify(value)} is branch ${branch} of ${JSON.stringify(union)}`, (t) => {
    const codec = codecOfUnion(union);
    const bytes = codec.fromJson({ value });
    t.is(bytes[0], branch * 2);
    t.deepEqual(codec.toJson(bytes), { value: gives });
    t.deepEqual(codec.fromJson({ value: gives }), bytes);
  });

type Refused = readonly [union: unknown, value: unknown, path: string, says: RegExp];

const refused: readonly Refused[] = [
  [["null", "int"], "x", "value", /is "x", expected a whole number/],
  [["string", "int"], true, "value", /is true, expected one of string, int/],
  [["string", "int"], null, "value", /is null, expected one of string, int/],
  [["int", "double"], 1, "value", /fits several of int, double: expected it wrapped, such as \{"int": …\}/],
  [["string", "Kind"], "A", "value", /fits several of string, Sample.Kind/],
  [["null", "Card"], { numbr: "1" }, "value.number", /missing/],
  [["null", "Card"], { "Sample.Card": { number: 1 } }, "value.number", /is 1, expected a string/],
  [["string", { type: "map", values: "string" }], { string: 1 }, "value", /is 1, expected a string/],
];

for (const [union, value, path, says] of refused)
  test(`${JSON.stringify(value)} is no value of ${JSON.stringify(union)}`, (t) => {
    const [fault] = faultsOf(() => codecOfUnion(union).fromJson({ value }));
    t.is(fault?.path, path);
    t.regex(fault?.message ?? "", says);
  });

test("a payload can't make a union try its branches level by level", (t) => {
  const nest = (name: string): Node => ({ type: "record", name, fields: [{ name: "next", type: ["null", "A", "B"] }] });
  const codec = codecOfType(["null", "A", "B"], nest("A"), nest("B"));
  let value: unknown = null;
  for (let level = 0; level < 60; level++) value = { next: value };
  t.regex(faultsOf(() => codec.fromJson({ value }))[0]?.message ?? "", /fits several of Sample.A, Sample.B/);
  let wrapped: unknown = null;
  for (let level = 0; level < 60; level++) wrapped = { "Sample.B": { next: wrapped } };
  t.deepEqual(codec.toJson(codec.fromJson({ value: wrapped })), { value: wrapped });
});
