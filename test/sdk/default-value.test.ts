import test from "ava";

import { functionUnderTest } from "../../sdk-assemblyscript/testing.ts";
import { functionFolder } from "./function-folder.ts";

const pair = {
  type: "record",
  name: "Pair",
  fields: [
    { name: "left", type: "int", default: 3 },
    { name: "right", type: ["null", "string"], default: null },
  ],
};
const color = { type: "enum", name: "Color", symbols: ["RED", "GREEN"] };
const two = { type: "fixed", name: "Two", size: 2 };
const node = {
  type: "record",
  name: "Node",
  fields: [{ name: "next", type: ["Node", "int"] }],
};

const withDefaults = [
  { name: "boolean", type: "boolean", default: true },
  { name: "int", type: "int", default: -7 },
  { name: "long", type: "long", default: 9_007_199_254_740_990 },
  { name: "float", type: "float", default: 0.5 },
  { name: "double", type: "double", default: -1.5e-300 },
  { name: "text", type: "string", default: 'a "quoted" \u2028 é 😀\n' },
  { name: "bytes", type: "bytes", default: "\u0000ÿ" },
  { name: "amount", type: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 }, default: "\u00ff\u0038" },
  { name: "day", type: { type: "int", logicalType: "date" }, default: 20_000 },
  { name: "color", type: "Color", default: "GREEN" },
  { name: "two", type: "Two", default: "\u0001\u0080" },
  { name: "pair", type: "Pair", default: { right: null } },
  { name: "list", type: { type: "array", items: "string" }, default: ["a", "b"] },
  { name: "pairs", type: { type: "array", items: "Pair" }, default: [{ left: 1 }, {}] },
  { name: "empty", type: { type: "array", items: "Pair" }, default: [] },
  { name: "map", type: { type: "map", values: "long" }, default: { a: 1, "b c": 2 } },
  { name: "optional", type: ["string", "null"], default: "there" },
  { name: "optionalNumber", type: ["int", "null"], default: 5 },
  { name: "missing", type: ["null", "Pair"], default: null },
  { name: "either", type: ["string", "int", "Pair"], default: "first" },
  { name: "nothing", type: ["null", "int", "string"], default: null },
  { name: "null", type: "null", default: null },
];

function schemaOf(fields: readonly unknown[]): unknown {
  return [
    { type: "record", name: "Root", evento: "root", entity: "sample", fields: [] },
    { type: "record", name: "Ask", evento: "command", fields: [] },
    { type: "record", name: "Answered", evento: "event", fields },
    pair,
    color,
    two,
    node,
  ].map((type) => ({ namespace: "Sample", ...type }));
}

const handler = `
  import { Events } from "evento";
  import { Answered, Ask, Root } from "./generated/sample";
  export function ask(command: Ask, state: Root | null): Events {
    return Events.of(new Answered());
  }`;

test("a field that a function leaves out holds the default of its schema", async (t) => {
  const folder = await functionFolder(t, {
    "evento.json": { name: "defaults", schema: "Sample.avsc" },
    "Sample.avsc": schemaOf(withDefaults),
    "handler.ts": handler,
  });
  const { events } = (await functionUnderTest(folder)).when({ command_type: "Ask" });
  t.deepEqual(events[0]?.payload, {
    boolean: true,
    int: -7,
    long: 9_007_199_254_740_990,
    float: 0.5,
    double: -1.5e-300,
    text: 'a "quoted" \u2028 é 😀\n',
    bytes: "AP8=",
    amount: "-2.00",
    day: "2024-10-04",
    color: "GREEN",
    two: "AYA=",
    pair: { left: 3, right: null },
    list: ["a", "b"],
    pairs: [
      { left: 1, right: null },
      { left: 3, right: null },
    ],
    empty: [],
    map: { a: 1, "b c": 2 },
    optional: "there",
    optionalNumber: 5,
    missing: null,
    either: "first",
    nothing: null,
    null: null,
  });
});

test("a field without a default that a function leaves out is empty, even where a type is part of itself", async (t) => {
  const fields = [...withDefaults.map(({ name, type }) => ({ name, type })), { name: "node", type: "Node" }];
  const folder = await functionFolder(t, {
    "evento.json": { name: "defaults", schema: "Sample.avsc" },
    "Sample.avsc": schemaOf(fields),
    "handler.ts": handler,
  });
  const { events } = (await functionUnderTest(folder)).when({ command_type: "Ask" });
  t.like(events[0]?.payload, {
    int: 0,
    text: "",
    bytes: "",
    amount: "0.00",
    color: "RED",
    two: "AAA=",
    pair: { left: 3, right: null },
    list: [],
    map: {},
    optional: null,
    either: "",
    node: { next: 0 },
  });
});
