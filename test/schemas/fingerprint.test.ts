import test from "ava";

import { fingerprintOf } from "../../host/schemas/fingerprint.ts";
import { codecIn, codecOf, eventNode, sampleNodes, sampleSchema, type Node } from "./sample-schema.ts";
import { parseAggregateSchema } from "../../host/schemas/aggregate-schema.ts";

// share/test/data/schema-tests.txt of apache/avro, as unsigned hex.
const published: readonly (readonly [text: string, fingerprint: string])[] = [
  ['"null"', "63dd24e7cc258f8a"],
  ['"boolean"', "9f42fc78a4d4f764"],
  ['"int"', "7275d51a3f395c8f"],
  ['"long"', "d054e14493f41db7"],
  ['"float"', "4d7c02cb3ea8d790"],
  ['"double"', "8e7535c032ab957e"],
  ['"bytes"', "4fc016dac3201965"],
  ['"string"', "8f014872634503c7"],
];

for (const [text, fingerprint] of published)
  test(`the canonical form ${text} has the fingerprint that Avro publishes`, (t) => {
    t.is(fingerprintOf(text), fingerprint);
  });

const happened = eventNode([
  { name: "size", type: "int", default: 1 },
  { name: "kind", type: { type: "enum", name: "Kind", namespace: "Sample", symbols: ["A", "B"] } },
]);

test("the order of attributes and types, docs and the place of a declaration make no other version", (t) => {
  const kind = { symbols: ["A", "B"], doc: "What it is.", name: "Sample.Kind", type: "enum" };
  const reordered = {
    doc: "It happened.",
    fields: [
      { type: { type: "int" }, default: 1, doc: "In metres.", name: "size" },
      { type: "Kind", name: "kind" },
    ],
    evento: "event",
    name: "Happened",
    type: "record",
  };
  t.is(sampleSchema(kind, reordered).fingerprint, sampleSchema(happened).fingerprint);
});

const changes: readonly (readonly [what: string, node: Node])[] = [
  [
    "a default",
    eventNode([
      { name: "size", type: "int", default: 2 },
      { name: "kind", type: "Kind" },
    ]),
  ],
  [
    "no default",
    eventNode([
      { name: "size", type: "int" },
      { name: "kind", type: "Kind" },
    ]),
  ],
  [
    "an alias",
    eventNode([
      { name: "size", type: "int", default: 1, aliases: ["length"] },
      { name: "kind", type: "Kind" },
    ]),
  ],
  [
    "a logical type",
    eventNode([
      { name: "size", type: { type: "int", logicalType: "date" }, default: 1 },
      { name: "kind", type: "Kind" },
    ]),
  ],
  [
    "the order of fields",
    eventNode([
      { name: "kind", type: "Kind" },
      { name: "size", type: "int", default: 1 },
    ]),
  ],
  [
    "a mark",
    {
      ...happened,
      evento: "command",
      fields: [
        { name: "size", type: "int", default: 1 },
        { name: "kind", type: "Kind" },
      ],
    },
  ],
];
const kind = { type: "enum", name: "Kind", symbols: ["A", "B"] };

for (const [what, node] of changes)
  test(`${what} makes another version`, (t) => {
    t.not(sampleSchema(node, kind).fingerprint, sampleSchema(happened).fingerprint);
  });

test("an enum's default and a reference make another version", (t) => {
  t.not(sampleSchema({ ...kind, default: "A" }).fingerprint, sampleSchema(kind).fingerprint);
  const [, ...rest] = sampleNodes();
  const withField = (attributes: Node): Node[] => [
    {
      type: "record",
      name: "Sample.Account",
      evento: "root",
      entity: "sample",
      fields: [{ name: "client", type: "string", ...attributes }],
    },
    ...rest,
  ];
  t.not(
    parseAggregateSchema(withField({ references: "Client" })).fingerprint,
    parseAggregateSchema(withField({})).fingerprint,
  );
});

test("the fingerprint of a record changes with the types that it uses and with no others", (t) => {
  const uses = (fields: readonly Node[], ...others: readonly Node[]) => codecOf(fields, ...others).fingerprint;
  const field = { name: "kind", type: "Kind" };
  const other = { type: "enum", name: "Other", symbols: ["X"] };
  t.is(uses([field], kind), uses([field], kind, other));
  t.not(uses([field], kind), uses([field], { ...kind, symbols: ["A", "B", "C"] }));
});

test("a schema is parsed back from its own text to the same version", (t) => {
  const schema = sampleSchema(happened);
  const again = parseAggregateSchema(JSON.parse(schema.text));
  t.is(again.fingerprint, schema.fingerprint);
  t.is(codecIn(again).fingerprint, codecIn(schema).fingerprint);
});
