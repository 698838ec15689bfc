import avro from "avsc";
import test from "ava";

import { hostSchema } from "../../host/domain/host-schema.ts";
import { schemaBytesMax, schemaDepthMax, schemaFieldsMax, faultsMax } from "../../host/limits.ts";
import { parseAggregateSchema } from "../../host/schemas/aggregate-schema.ts";
import { faultsOf, refusalOf } from "./refusal.ts";
import { codecIn, eventNode, money, sampleNodes, sampleSchema, type Node } from "./sample-schema.ts";

const credit: readonly Node[] = [
  {
    type: "record",
    name: "CreditAccount",
    namespace: "CreditAccount",
    evento: "root",
    entity: "credit",
    fields: [
      { name: "client", type: "string", references: "Client" },
      { name: "holders", type: { type: "array", items: "string" }, references: "Client", default: [] },
      { name: "status", type: "Status" },
      { name: "cards", type: { type: "map", values: "CreditAccount.CreditCard" } },
    ],
  },
  { type: "enum", name: "Status", namespace: "CreditAccount", symbols: ["OPEN", "CLOSED"] },
  {
    type: "record",
    name: "CreditAccount.CreditCard",
    evento: "entity",
    entity: "card",
    fields: [{ name: "charged", type: money }],
  },
  { type: "record", name: "CreditAccount.CardIssued", evento: "event", fields: [] },
  { type: "record", name: "CreditAccount.IssueCard", evento: "command", fields: [] },
];

test("a schema tells its aggregate, entity types, events, commands and references", (t) => {
  const schema = parseAggregateSchema(credit);
  t.is(schema.name, "CreditAccount");
  t.is(schema.rootEntityType, "credit");
  t.is(schema.root.name, "CreditAccount");
  t.deepEqual(
    [...schema.entityTypes],
    [
      ["credit", { kind: "root", record: "CreditAccount" }],
      ["card", { kind: "entity", record: "CreditCard" }],
    ],
  );
  t.deepEqual([...schema.events.keys()], ["CardIssued"]);
  t.deepEqual([...schema.commands.keys()], ["IssueCard"]);
  t.deepEqual(schema.references, [
    { field: "client", aggregate: "Client" },
    { field: "holders", aggregate: "Client" },
  ]);
  t.deepEqual(JSON.parse(schema.text), credit);
});

test("types may be used before they are declared", (t) => {
  t.notThrows(() => parseAggregateSchema(credit));
  t.notThrows(() => parseAggregateSchema(credit.toReversed()));
});

test("the schema of a record is complete by itself, for any Avro library", (t) => {
  const schema = parseAggregateSchema(credit);
  const type = avro.Type.forSchema(JSON.parse(JSON.stringify(schema.root.schema)));
  const state = { client: "client:1", holders: [], status: "OPEN", cards: { "1": { charged: Buffer.of(1) } } };
  t.deepEqual(schema.root.toJson(type.toBuffer(state)), { ...state, cards: { "1": { charged: "0.01" } } });
});

test("a type that a record uses twice is declared in its schema once", (t) => {
  const point = { type: "record", name: "Point", fields: [{ name: "x", type: "int" }] };
  const schema = sampleSchema(
    eventNode([
      { name: "from", type: "Point" },
      { name: "to", type: ["null", "Sample.Point"] },
      { name: "via", type: { type: "array", items: { type: "Point" } } },
    ]),
    point,
  );
  t.deepEqual(codecIn(schema).schema, {
    type: "record",
    name: "Happened",
    namespace: "Sample",
    evento: "event",
    fields: [
      { name: "from", type: { ...point, namespace: "Sample" } },
      { name: "to", type: ["null", "Sample.Point"] },
      { name: "via", type: { type: "array", items: "Sample.Point" } },
    ],
  });
});

test("the namespace evento is for the host's own schema alone", (t) => {
  t.is(parseAggregateSchema(hostSchema, { reserved: true }).name, "evento");
  t.is(refusalOf(() => parseAggregateSchema(hostSchema)).code, "SCHEMA_INVALID");
  t.is(refusalOf(() => parseAggregateSchema(sampleNodes(), { reserved: true })).code, "SCHEMA_INVALID");
});

type Refused = { readonly what: string; readonly nodes: unknown; readonly path: string; readonly says: RegExp };

function field(attributes: Node): Node[] {
  return sampleNodes(eventNode([{ name: "value", type: "int", ...attributes }]));
}

function rootWith(attributes: Node): Node[] {
  return [{ ...sampleNodes()[0], fields: [{ name: "client", type: "string", references: "Client", ...attributes }] }];
}

const fieldPath = "[1].fields[0]";

const refused: readonly Refused[] = [
  { what: "no array", nodes: { type: "record" }, path: "", says: /expected a JSON array/ },
  { what: "an empty array", nodes: [], path: "", says: /expected a JSON array/ },
  {
    what: "a type without a name of its own",
    nodes: [...sampleNodes(), "int"],
    path: "[1]",
    says: /expected a record, enum or fixed/,
  },
  {
    what: "a name left out",
    nodes: sampleNodes({ type: "enum", symbols: ["A"] }),
    path: "[1].name",
    says: /expected a name/,
  },
  {
    what: "no root",
    nodes: sampleNodes().map((node) => ({ ...node, evento: "event", entity: undefined })),
    path: "",
    says: /exactly one/,
  },
  {
    what: "two roots",
    nodes: sampleNodes({ type: "record", name: "Other", evento: "root", entity: "other", fields: [] }),
    path: "[1].evento",
    says: /second root/,
  },
  {
    what: "a misspelt mark",
    nodes: sampleNodes({ ...eventNode([]), evento: "evnt" }),
    path: "[1].evento",
    says: /"evnt"/,
  },
  {
    what: "a root without an entity type",
    nodes: [{ ...sampleNodes()[0], entity: undefined }],
    path: "[0].entity",
    says: /entity type/,
  },
  {
    what: "an entity type in capitals",
    nodes: [{ ...sampleNodes()[0], entity: "Sample" }],
    path: "[0].entity",
    says: /"Sample"/,
  },
  {
    what: "an entity type on an event",
    nodes: sampleNodes({ ...eventNode([]), entity: "x" }),
    path: "[1].entity",
    says: /root and entity alone/,
  },
  {
    what: "an entity type twice",
    nodes: sampleNodes({ type: "record", name: "Card", evento: "entity", entity: "sample", fields: [] }),
    path: "[1].entity",
    says: /Account has already/,
  },
  {
    what: "a mark on an enum",
    nodes: sampleNodes({ type: "enum", name: "Kind", symbols: ["A"], evento: "event" }),
    path: "[1].evento",
    says: /expected a record/,
  },
  { what: "a mark on a field", nodes: field({ evento: "event" }), path: `${fieldPath}.evento`, says: /marks a field/ },
  {
    what: "a name twice",
    nodes: sampleNodes(eventNode([]), { ...eventNode([]), evento: "command" }),
    path: "[2].name",
    says: /\[1\] declares already/,
  },
  {
    what: "another namespace",
    nodes: sampleNodes({ ...eventNode([]), namespace: "Other" }),
    path: "[1]",
    says: /namespace "Other"/,
  },
  {
    what: "an aggregate's name in small letters",
    nodes: [{ ...sampleNodes()[0], namespace: "sample" }],
    path: "",
    says: /namespace "sample"/,
  },
  { what: "no namespace", nodes: [{ ...sampleNodes()[0], namespace: undefined }], path: "", says: /namespace ""/ },
  {
    what: "a type named like a primitive",
    nodes: sampleNodes({ type: "enum", name: "string", symbols: ["A"] }),
    path: "[1].name",
    says: /no primitive/,
  },
  {
    what: "a type name with a hyphen",
    nodes: sampleNodes({ ...eventNode([]), name: "It-happened" }),
    path: "[1].name",
    says: /"It-happened"/,
  },
  {
    what: "a field named __proto__",
    nodes: field({ name: "__proto__" }),
    path: `${fieldPath}.name`,
    says: /__proto__/,
  },
  {
    what: "a field named constructor",
    nodes: field({ name: "constructor" }),
    path: `${fieldPath}.name`,
    says: /constructor/,
  },
  {
    what: "a field named prototype",
    nodes: field({ name: "prototype" }),
    path: `${fieldPath}.name`,
    says: /prototype/,
  },
  {
    what: "a field's name left out",
    nodes: field({ name: undefined }),
    path: `${fieldPath}.name`,
    says: /is nothing/,
  },
  {
    what: "a field twice",
    nodes: sampleNodes(
      eventNode([
        { name: "a", type: "int" },
        { name: "a", type: "int" },
      ]),
    ),
    path: "[1].fields[1].name",
    says: /again/,
  },
  {
    what: "a field that is no object",
    nodes: sampleNodes({ ...eventNode([]), fields: ["a"] }),
    path: fieldPath,
    says: /expected a field/,
  },
  {
    what: "a record without fields",
    nodes: sampleNodes({ ...eventNode([]), fields: undefined }),
    path: "[1].fields",
    says: /array of fields/,
  },
  {
    what: "an unknown type",
    nodes: field({ type: "strin" }),
    path: `${fieldPath}.type`,
    says: /"strin", which is no type/,
  },
  {
    what: "a type of another aggregate",
    nodes: field({ type: "Client.Name" }),
    path: `${fieldPath}.type`,
    says: /no type of this schema/,
  },
  {
    what: "an unknown type deep inside",
    nodes: field({ type: ["null", { type: "array", items: { type: "map", values: "Sum" } }] }),
    path: `${fieldPath}.type[1].items.values`,
    says: /"Sum"/,
  },
  {
    what: "a type within a type attribute",
    nodes: field({ type: { type: { type: "int" } } }),
    path: `${fieldPath}.type.type`,
    says: /name of a type/,
  },
  {
    what: "an array without items",
    nodes: field({ type: { type: "array" } }),
    path: `${fieldPath}.type.items`,
    says: /expected a type/,
  },
  { what: "a union of nothing", nodes: field({ type: [] }), path: `${fieldPath}.type`, says: /at least one/ },
  {
    what: "a union in a union",
    nodes: field({ type: ["null", ["int"]] }),
    path: `${fieldPath}.type[1]`,
    says: /inside a union/,
  },
  {
    what: "a branch twice",
    nodes: field({ type: ["int", "int"] }),
    path: `${fieldPath}.type[1]`,
    says: /second branch int/,
  },
  {
    what: "an enum without symbols",
    nodes: field({ type: { type: "enum", name: "Kind", symbols: [] } }),
    path: `${fieldPath}.type.symbols`,
    says: /at least one/,
  },
  {
    what: "a symbol twice",
    nodes: field({ type: { type: "enum", name: "Kind", symbols: ["A", "A"] } }),
    path: `${fieldPath}.type.symbols[1]`,
    says: /again/,
  },
  {
    what: "a symbol with a blank",
    nodes: field({ type: { type: "enum", name: "Kind", symbols: ["A B"] } }),
    path: `${fieldPath}.type.symbols[0]`,
    says: /"A B"/,
  },
  {
    what: "an enum's default that is no symbol",
    nodes: field({ type: { type: "enum", name: "Kind", symbols: ["A"], default: "B" } }),
    path: `${fieldPath}.type.default`,
    says: /one of the symbols/,
  },
  {
    what: "a fixed of no bytes",
    nodes: field({ type: { type: "fixed", name: "Hash", size: 0 } }),
    path: `${fieldPath}.type.size`,
    says: /expected 1 to/,
  },
  {
    what: "aliases that are no names",
    nodes: field({ aliases: ["a b"] }),
    path: `${fieldPath}.aliases`,
    says: /list of names/,
  },
  {
    what: "a decimal of text",
    nodes: field({ type: { ...money, type: "string" } }),
    path: `${fieldPath}.type.logicalType`,
    says: /expected bytes or fixed/,
  },
  {
    what: "a decimal without precision",
    nodes: field({ type: { ...money, precision: undefined } }),
    path: `${fieldPath}.type.logicalType`,
    says: /precision/,
  },
  {
    what: "a decimal with more decimals than digits",
    nodes: field({ type: { ...money, scale: 19 } }),
    path: `${fieldPath}.type.logicalType`,
    says: /scale 19/,
  },
  {
    what: "a decimal that its fixed can't hold",
    nodes: field({ type: { ...money, type: "fixed", name: "Money", size: 2, precision: 5 } }),
    path: `${fieldPath}.type.logicalType`,
    says: /from 1 to 4/,
  },
  {
    what: "a timestamp of 32 bits",
    nodes: field({ type: { type: "int", logicalType: "timestamp-millis" } }),
    path: `${fieldPath}.type.logicalType`,
    says: /expected long/,
  },
  {
    what: "a duration of 16 bytes",
    nodes: field({ type: { type: "fixed", name: "Span", size: 16, logicalType: "duration" } }),
    path: `${fieldPath}.type.logicalType`,
    says: /expected 12/,
  },
  {
    what: "references in an event",
    nodes: field({ type: "string", references: "Client" }),
    path: `${fieldPath}.references`,
    says: /not in the root/,
  },
  {
    what: "references that are numbers",
    nodes: rootWith({ type: "int" }),
    path: "[0].fields[0].type",
    says: /array or map of strings/,
  },
  {
    what: "a reference to no aggregate",
    nodes: rootWith({ references: "client" }),
    path: "[0].fields[0].references",
    says: /"client"/,
  },
  {
    what: "a default of another type",
    nodes: field({ default: "1" }),
    path: `${fieldPath}.default`,
    says: /expected a number/,
  },
  {
    what: "a default beyond its type",
    nodes: field({ default: 2 ** 31 }),
    path: `${fieldPath}.default`,
    says: /2147483648/,
  },
  {
    what: "a default of a union's second branch",
    nodes: field({ type: ["null", "int"], default: 5 }),
    path: `${fieldPath}.default`,
    says: /expected null/,
  },
  {
    what: "a default with a character that is no byte",
    nodes: field({ type: "bytes", default: "€" }),
    path: `${fieldPath}.default`,
    says: /0 to 255/,
  },
  {
    what: "a decimal default without a digit",
    nodes: field({ type: money, default: "" }),
    path: `${fieldPath}.default`,
    says: /0 bytes/,
  },
  {
    what: "a default that lacks a field",
    nodes: field({ type: { type: "record", name: "Point", fields: [{ name: "x", type: "int" }] }, default: {} }),
    path: `${fieldPath}.default.x`,
    says: /missing/,
  },
  {
    what: "a default inside an array",
    nodes: field({ type: { type: "array", items: "int" }, default: [1, "2"] }),
    path: `${fieldPath}.default[1]`,
    says: /"2"/,
  },
];

for (const { what, nodes, path, says } of refused)
  test(`a schema with ${what} is refused at its place`, (t) => {
    // Through JSON, as schemas come, so that what is undefined is not there.
    const error = refusalOf(() => parseAggregateSchema(JSON.parse(JSON.stringify(nodes))));
    t.is(error.code, "SCHEMA_INVALID");
    const fault = error.faults.find((candidate) => candidate.path === path);
    t.regex(fault?.message ?? JSON.stringify(error.faults), says);
  });

test("all faults of a schema are told at once, up to a bound", (t) => {
  const two = sampleNodes(
    eventNode([
      { name: "a", type: "strin" },
      { name: "b", type: "in" },
    ]),
  );
  t.deepEqual(
    faultsOf(() => parseAggregateSchema(two)).map(({ path }) => path),
    ["[1].fields[0].type", "[1].fields[1].type"],
  );
  const many = Array.from({ length: faultsMax + 5 }, (_, index) => ({ name: `f${index}`, type: "x" }));
  const error = refusalOf(() => parseAggregateSchema(sampleNodes(eventNode(many))));
  t.is(error.faults.length, faultsMax);
  t.true(error.message.endsWith(`(and ${faultsMax + 4} more)`), error.message);
});

test("a schema may have as many fields as are allowed and not one more", (t) => {
  const fields = Array.from({ length: schemaFieldsMax }, (_, index) => ({ name: `f${index}`, type: "int" }));
  t.notThrows(() => sampleSchema(eventNode(fields)));
  t.regex(refusalOf(() => sampleSchema(eventNode([...fields, { name: "g", type: "int" }]))).message, /501 fields/);
});

test("a schema of too much text is refused", (t) => {
  const nodes = sampleNodes({ ...eventNode([]), doc: "x".repeat(schemaBytesMax) });
  t.regex(refusalOf(() => parseAggregateSchema(nodes)).message, /more than 65536 bytes/);
});

function nested(depth: number): unknown {
  let type: unknown = "int";
  for (let level = 0; level < depth; level++) type = { type: "array", items: type };
  return type;
}

test("types may be nested as deep as is allowed and no deeper", (t) => {
  const schema = (depth: number) => () => sampleSchema(eventNode([{ name: "value", type: nested(depth) }]));
  t.notThrows(schema(schemaDepthMax - 1));
  t.regex(refusalOf(schema(schemaDepthMax)).message, /deeper than 32 types/);
  t.regex(refusalOf(schema(10_000)).message, /deeper than 64 levels/);
});

test("records that each hold two of the next are parsed in no time", (t) => {
  const levels = 60;
  const nodes = Array.from({ length: levels }, (_, level): Node => {
    const type = level === levels - 1 ? "null" : `Level${level + 1}`;
    const fields = ["a", "b"].map((name) => ({ name, type, ...(type === "null" ? {} : { default: {} }) }));
    return { ...eventNode(fields), name: `Level${level}`, evento: undefined };
  });
  const parse = () => sampleSchema(...nodes.map((node) => JSON.parse(JSON.stringify(node))));
  t.is(refusalOf(parse).code, "SCHEMA_INVALID");
});

test("an unknown logical type is ignored, as Avro says", (t) => {
  const codec = codecIn(sampleSchema(eventNode([{ name: "value", type: { type: "int", logicalType: "kelvin" } }])));
  t.deepEqual(codec.toJson(codec.fromJson({ value: 300 })), { value: 300 });
});
