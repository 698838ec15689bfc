import test from "ava";

import { parseAggregateSchema } from "../../host/schemas/aggregate-schema.ts";
import { breaksOf } from "../../host/schemas/compatibility.ts";
import { eventNode, money, sampleNodes, sampleSchema, type Node } from "./sample-schema.ts";

type Broken = {
  readonly what: string;
  readonly was: readonly Node[];
  readonly is: readonly Node[];
  readonly type: string;
  readonly path: string;
  readonly reason: RegExp;
};

const value = (type: unknown, attributes: Node = {}): Node => eventNode([{ name: "value", type, ...attributes }]);
const kinds = (...symbols: readonly string[]): Node => ({ type: "enum", name: "Kind", symbols });
const card = (entity: string): Node => ({ type: "record", name: "Card", evento: "entity", entity, fields: [] });
const span = (size: number): Node => ({ type: "fixed", name: "Span", size });
const dated = (logicalType: string): Node => ({ type: "long", logicalType });
const recordValue = (...fields: readonly Node[]): Node => ({ type: "record", name: "Money", fields });
const amount: Node = { name: "amount", type: "long" };

const broken: readonly Broken[] = [
  {
    what: "an event that is gone",
    was: [value("int")],
    is: [],
    type: "Happened",
    path: "",
    reason: /is gone, was event/,
  },
  {
    what: "a command that is gone",
    was: [{ ...value("int"), evento: "command" }],
    is: [],
    type: "Happened",
    path: "",
    reason: /is gone, was command/,
  },
  {
    what: "an event that became a command",
    was: [value("int")],
    is: [{ ...value("int"), evento: "command" }],
    type: "Happened",
    path: "",
    reason: /is command, was event/,
  },
  {
    what: "an event that became a value",
    was: [value("int")],
    is: [{ ...value("int"), evento: undefined }],
    type: "Happened",
    path: "",
    reason: /is value, was event/,
  },
  {
    what: "an entity type that is gone",
    was: [card("card")],
    is: [],
    type: "Card",
    path: "",
    reason: /card is gone, was entity/,
  },
  {
    what: "an entity type that changed",
    was: [card("card")],
    is: [card("plastic")],
    type: "Card",
    path: "",
    reason: /card is gone/,
  },
  {
    what: "another type",
    was: [value("string")],
    is: [value("int")],
    type: "Happened",
    path: "value",
    reason: /is int, was string/,
  },
  {
    what: "a narrower type",
    was: [value("long")],
    is: [value("int")],
    type: "Happened",
    path: "value",
    reason: /is int, was long/,
  },
  {
    what: "text that was bytes",
    was: [value("bytes")],
    is: [value("string")],
    type: "Happened",
    path: "value",
    reason: /is string, was bytes/,
  },
  {
    what: "a new field without a default",
    was: [eventNode([])],
    is: [value("int")],
    type: "Happened",
    path: "value",
    reason: /is new and has no default/,
  },
  {
    what: "null that is no longer allowed",
    was: [value(["null", "int"])],
    is: [value("int")],
    type: "Happened",
    path: "value",
    reason: /is int, was null/,
  },
  {
    what: "a branch that is gone",
    was: [value(["null", "int", "string"])],
    is: [value(["null", "int"])],
    type: "Happened",
    path: "value",
    reason: /is one of null, int, was string/,
  },
  {
    what: "another item",
    was: [value({ type: "array", items: { type: "map", values: "string" } })],
    is: [value({ type: "array", items: { type: "map", values: "int" } })],
    type: "Happened",
    path: "value[]{}",
    reason: /is int, was string/,
  },
  {
    what: "a symbol that is gone",
    was: [value("Kind"), kinds("A", "B", "C")],
    is: [value("Kind"), kinds("A")],
    type: "Kind",
    path: "",
    reason: /no symbol B, C any more/,
  },
  {
    what: "a fixed of another size",
    was: [value("Span"), span(4)],
    is: [value("Span"), span(5)],
    type: "Span",
    path: "",
    reason: /has 5 bytes, had 4/,
  },
  {
    what: "a type of another name",
    was: [value("Span"), span(4)],
    is: [value("Range"), { ...span(4), name: "Range" }],
    type: "Happened",
    path: "value",
    reason: /is fixed Sample.Range, was fixed Sample.Span/,
  },
  {
    what: "another kind under a name",
    was: [kinds("A")],
    is: [{ ...span(4), name: "Kind" }],
    type: "Kind",
    path: "",
    reason: /is fixed, was enum/,
  },
  {
    what: "another scale",
    was: [value(money)],
    is: [value({ ...money, scale: 3 })],
    type: "Happened",
    path: "value",
    reason: /is decimal\(18, 3\), was decimal\(18, 2\)/,
  },
  {
    what: "another precision",
    was: [value(money)],
    is: [value({ ...money, precision: 19 })],
    type: "Happened",
    path: "value",
    reason: /is decimal\(19, 2\)/,
  },
  {
    what: "a decimal that was bytes",
    was: [value("bytes")],
    is: [value(money)],
    type: "Happened",
    path: "value",
    reason: /was no logical type/,
  },
  {
    what: "another unit of time",
    was: [value(dated("timestamp-millis"))],
    is: [value(dated("timestamp-micros"))],
    type: "Happened",
    path: "value",
    reason: /is timestamp in 1\/1000000 s, was timestamp in 1\/1000 s/,
  },
  {
    what: "a local timestamp that had a zone",
    was: [value(dated("timestamp-millis"))],
    is: [value(dated("local-timestamp-millis"))],
    type: "Happened",
    path: "value",
    reason: /is local timestamp/,
  },
  {
    what: "a value object that nothing uses",
    was: [recordValue(amount)],
    is: [recordValue({ ...amount, type: "int" })],
    type: "Money",
    path: "amount",
    reason: /is int, was long/,
  },
];

for (const { what, was, is, type, path, reason } of broken)
  test(`a new version with ${what} breaks the old one`, (t) => {
    const [older, newer] = [was, is].map((nodes) =>
      sampleSchema(...nodes.map((node) => JSON.parse(JSON.stringify(node)))),
    );
    if (older === undefined || newer === undefined) throw new Error("two versions");
    const breaks = breaksOf(newer, older);
    const found = breaks.find((candidate) => candidate.type === type && candidate.path === path);
    t.regex(found?.reason ?? JSON.stringify(breaks), reason);
  });

type Kept = { readonly what: string; readonly was: readonly Node[]; readonly is: readonly Node[] };

const kept: readonly Kept[] = [
  { what: "a new event", was: [], is: [value("int")] },
  { what: "a new entity type", was: [], is: [card("card")] },
  { what: "a wider type", was: [value("int")], is: [value("long")] },
  { what: "null allowed", was: [value("int")], is: [value(["null", "int"])] },
  { what: "a new field with a default", was: [eventNode([])], is: [value("int", { default: 0 })] },
  { what: "a field less", was: [value("int")], is: [eventNode([])] },
  {
    what: "a field renamed with an alias",
    was: [value("int")],
    is: [eventNode([{ name: "size", aliases: ["value"], type: "int" }])],
  },
  { what: "a new symbol", was: [value("Kind"), kinds("A")], is: [value("Kind"), kinds("A", "B")] },
  { what: "a symbol less and a default for it", was: [kinds("A", "B")], is: [{ ...kinds("A"), default: "A" }] },
  {
    what: "a type renamed with an alias",
    was: [value("Span"), span(4)],
    is: [value("Range"), { ...span(4), name: "Range", aliases: ["Span"] }],
  },
  { what: "a value object less that nothing uses", was: [recordValue(amount)], is: [] },
  { what: "a logical type less", was: [value(money)], is: [value("bytes")] },
  { what: "other words", was: [value("int")], is: [{ ...value("int"), doc: "It happened." }] },
];

for (const { what, was, is } of kept)
  test(`a new version with ${what} breaks nothing`, (t) => {
    t.deepEqual(breaksOf(sampleSchema(...is), sampleSchema(...was)), []);
  });

test("a root of another entity type or another record breaks the old version", (t) => {
  const older = sampleSchema();
  const [root] = sampleNodes();
  const moved = breaksOf(parseAggregateSchema([{ ...root, entity: "example" }]), older);
  t.deepEqual(moved, [{ type: "Account", path: "", reason: "entity type sample is gone, was root" }]);
  const renamed = breaksOf(parseAggregateSchema([{ ...root, name: "Ledger" }]), older);
  t.deepEqual(renamed, [{ type: "Account", path: "", reason: "is gone, was root" }]);
});

test("a break inside a shared type is told once, and all breaks are told", (t) => {
  const events = (type: string): Node[] => [
    { ...value("Money"), name: "Paid" },
    { ...value({ type: "array", items: "Money" }), name: "Refunded" },
    recordValue({ name: "amount", type }, { name: "currency", type }),
  ];
  t.deepEqual(breaksOf(sampleSchema(...events("int")), sampleSchema(...events("string"))), [
    { type: "Money", path: "amount", reason: "is int, was string" },
    { type: "Money", path: "currency", reason: "is int, was string" },
  ]);
});

test("types that hold themselves are compared in the end", (t) => {
  const item = (type: unknown): Node => recordValue({ name: "next", type: ["null", "Money"] }, { name: "id", type });
  t.deepEqual(breaksOf(sampleSchema(item("long")), sampleSchema(item("int"))), []);
  t.deepEqual(breaksOf(sampleSchema(item("int")), sampleSchema(item("long"))), [
    { type: "Money", path: "id", reason: "is int, was long" },
  ]);
});
