import test from "ava";

import { faultsMax, stateBytesMax, valueDepthMax, valueItemsMax } from "../../host/limits.ts";
import { faultsOf, refusalOf } from "./refusal.ts";
import { codecOf, codecOfType, money, type Node } from "./sample-schema.ts";

const kind: Node = { type: "enum", name: "Kind", symbols: ["OPEN", "CLOSED"] };
const hash: Node = { type: "fixed", name: "Hash", size: 4 };
const longType = (logicalType: string): Node => ({ type: "long", logicalType });
const intType = (logicalType: string): Node => ({ type: "int", logicalType });
const fixedMoney: Node = { type: "fixed", name: "Money", size: 8, logicalType: "decimal", precision: 18, scale: 2 };
const uuidBytes: Node = { type: "fixed", name: "Id", size: 16, logicalType: "uuid" };
const uuidText: Node = { type: "string", logicalType: "uuid" };
const span: Node = { type: "fixed", name: "Span", size: 12, logicalType: "duration" };
const decimal = (precision: number, scale: number): Node => ({ ...money, precision, scale });

type Taken = { readonly type: unknown; readonly value: unknown; readonly gives?: unknown; readonly bytes?: string };

const taken: readonly Taken[] = [
  { type: "null", value: null, bytes: "" },
  { type: "boolean", value: true, bytes: "01" },
  { type: "int", value: -2147483648, bytes: "ffffffff0f" },
  { type: "int", value: 2147483647, bytes: "feffffff0f" },
  { type: "int", value: "-17", gives: -17, bytes: "21" },
  { type: "long", value: 0, bytes: "00" },
  { type: "long", value: -64, bytes: "7f" },
  { type: "long", value: 64, bytes: "8001" },
  { type: "long", value: 2 ** 40 },
  { type: "long", value: Number.MAX_SAFE_INTEGER, bytes: "feffffffffffff1f" },
  { type: "long", value: Number.MIN_SAFE_INTEGER, bytes: "fdffffffffffff1f" },
  { type: "long", value: "9007199254740992" },
  { type: "long", value: "9223372036854775807", bytes: "feffffffffffffffff01" },
  { type: "long", value: "-9223372036854775808", bytes: "ffffffffffffffffff01" },
  { type: "long", value: "12", gives: 12 },
  { type: "float", value: 0.1, bytes: "cdcccc3d" },
  { type: "float", value: "NaN" },
  { type: "double", value: 0.1, bytes: "9a9999999999b93f" },
  { type: "double", value: "Infinity" },
  { type: "double", value: "-Infinity" },
  { type: "double", value: "NaN" },
  { type: "string", value: "", bytes: "00" },
  { type: "string", value: "Zoë 😀", bytes: "125a6fc3ab20f09f9880" },
  { type: "string", value: "x".repeat(1_000) },
  { type: "bytes", value: "AP8=", bytes: "0400ff" },
  { type: hash, value: "AAECAw==", bytes: "00010203" },
  { type: kind, value: "CLOSED", bytes: "02" },
  { type: { type: "array", items: "int" }, value: [], bytes: "00" },
  { type: { type: "array", items: "int" }, value: [1, 2], bytes: "04020400" },
  { type: { type: "map", values: "int" }, value: { constructor: 1, toString: 2 } },
  { type: money, value: "100.00", bytes: "042710" },
  { type: money, value: 100, gives: "100.00" },
  { type: money, value: 100.1, gives: "100.10" },
  { type: money, value: 0.1, gives: "0.10", bytes: "020a" },
  { type: money, value: "-0", gives: "0.00", bytes: "0200" },
  { type: money, value: "007.5", gives: "7.50" },
  { type: money, value: "-1.28", bytes: "0280" },
  { type: money, value: "1.28", bytes: "040080" },
  { type: money, value: "-1.29", bytes: "04ff7f" },
  { type: money, value: "1407374883553.28", bytes: "0e00800000000000" },
  { type: money, value: "-1407374883553.28", bytes: "0c800000000000" },
  { type: money, value: "9999999999999999.99" },
  { type: money, value: "-9999999999999999.99" },
  { type: decimal(4, 0), value: "-1234" },
  { type: decimal(400, 399), value: "0", gives: `0.${"0".repeat(399)}` },
  { type: decimal(40, 10), value: 1e-7, gives: "0.0000001000" },
  { type: fixedMoney, value: "-0.01", bytes: "ffffffffffffffff" },
  { type: fixedMoney, value: "100.00", bytes: "0000000000002710" },
  { type: uuidText, value: "0189DCD5-5311-7d40-8db0-9496a2eef37b" },
  { type: uuidBytes, value: "0189DCD5-5311-7d40-8db0-9496a2eef37b", gives: "0189dcd5-5311-7d40-8db0-9496a2eef37b" },
  { type: intType("date"), value: "1970-01-01", bytes: "00" },
  { type: intType("date"), value: "2024-02-29" },
  { type: intType("date"), value: "0000-01-01" },
  { type: intType("date"), value: "+5881580-07-11", bytes: "feffffff0f" },
  { type: intType("date"), value: "-5877641-06-23", bytes: "ffffffff0f" },
  { type: intType("time-millis"), value: "23:59:59.999" },
  { type: intType("time-millis"), value: "10:30", gives: "10:30:00.000" },
  { type: longType("time-micros"), value: "00:00:00.000001", bytes: "02" },
  { type: longType("timestamp-millis"), value: "2026-11-23T10:00:00.000Z" },
  { type: longType("timestamp-millis"), value: "2026-11-23T10:00:00Z", gives: "2026-11-23T10:00:00.000Z" },
  { type: longType("timestamp-millis"), value: "2026-11-23T10:00+02:00", gives: "2026-11-23T08:00:00.000Z" },
  { type: longType("timestamp-millis"), value: "2026-01-01T00:00:00.5-05:30", gives: "2026-01-01T05:30:00.500Z" },
  { type: longType("timestamp-millis"), value: "1969-12-31T23:59:59.999Z", bytes: "01" },
  { type: longType("timestamp-millis"), value: "+292278994-08-17T07:12:55.807Z", bytes: "feffffffffffffffff01" },
  { type: longType("timestamp-micros"), value: "2026-11-23T10:00:00.123456Z" },
  { type: longType("timestamp-micros"), value: "-001000-01-01T00:00:00.000001Z" },
  { type: longType("timestamp-nanos"), value: "1677-09-21T00:12:43.145224192Z", bytes: "ffffffffffffffffff01" },
  { type: longType("local-timestamp-millis"), value: "2026-11-23T10:00:00.000" },
  { type: longType("local-timestamp-micros"), value: "2026-11-23T10:00:00.000001" },
  { type: span, value: "P14M3DT14706.789S" },
  { type: span, value: "P0D", bytes: "00".repeat(12) },
  { type: span, value: "P1Y2M1W3DT4H5M6.7S", gives: "P14M10DT14706.7S" },
];

for (const { type, value, gives = value, bytes } of taken)
  test(`${JSON.stringify(type)} takes ${JSON.stringify(value).slice(0, 60)} and gives it back`, (t) => {
    const codec = codecOfType(type);
    const written = codec.fromJson({ value });
    codec.check(written);
    t.deepEqual(codec.toJson(written), { value: gives });
    t.deepEqual(codec.fromJson({ value: gives }), written);
    if (bytes !== undefined) t.is(Buffer.from(written).toString("hex"), bytes);
  });

type Refused = readonly [type: unknown, value: unknown, says: RegExp];

const refused: readonly Refused[] = [
  ["null", 0, /is 0, expected null/],
  ["boolean", "true", /is "true", expected true or false/],
  ["int", 1.5, /expected a whole number/],
  ["int", 2147483648, /from -2147483648 to 2147483647/],
  ["int", "2147483648", /from -2147483648 to 2147483647/],
  ["int", "", /is "", expected a whole number/],
  ["int", "1e3", /expected a whole number/],
  ["int", true, /is true, expected/],
  ["long", 9007199254740992, /JSON numbers do not hold exactly/],
  ["long", "9223372036854775808", /64 bits/],
  ["long", "1.0", /64 bits/],
  ["long", " 1", /64 bits/],
  ["float", 1e39, /beyond a float/],
  ["float", "1.5", /expected a number/],
  ["double", "nan", /expected a number/],
  ["double", Number.POSITIVE_INFINITY, /expected a number/],
  ["string", 5, /is 5, expected a string/],
  ["string", "\ud800", /surrogate/],
  ["bytes", "AP8", /base64 with padding/],
  ["bytes", "AP9=", /base64/],
  ["bytes", "AP_=", /base64/],
  [hash, "AAEC", /holds 3 bytes, expected 4/],
  [kind, "open", /"open", expected one of OPEN, CLOSED/],
  [{ type: "array", items: "int" }, { 0: 1 }, /an object, expected an array/],
  [{ type: "map", values: "int" }, [], /an array, expected an object/],
  [money, "1.234", /3 decimals, expected at most 2/],
  [money, 0.001, /3 decimals/],
  [money, 1e-7, /7 decimals/],
  [money, "1.000", /3 decimals/],
  [money, "12345678901234567.00", /17 digits before the point, expected at most 16/],
  [money, 1234567890123456.8, /JSON number keeps 15/],
  [decimal(40, 10), 1e21, /22 digits, of which a JSON number keeps 15/],
  [money, "1e2", /expected a decimal such as "0.00"/],
  [money, "1.", /expected a decimal/],
  [money, ".5", /expected a decimal/],
  [money, "+1", /expected a decimal/],
  [money, "1,5", /expected a decimal/],
  [money, "", /expected a decimal/],
  [money, "-", /expected a decimal/],
  [money, null, /is null, expected a decimal/],
  [uuidText, "0189dcd553117d408db09496a2eef37b", /expected a UUID/],
  [uuidBytes, "0189dcd5-5311-7d40-8db0-9496a2eef37g", /expected a UUID/],
  [intType("date"), "2026-02-30", /date that exists/],
  [intType("date"), "2100-02-29", /date that exists/],
  [intType("date"), "2026-13-01", /date that exists/],
  [intType("date"), "2026-1-1", /date that exists/],
  [intType("date"), "-000000-01-01", /date that exists/],
  [intType("date"), "+5881580-07-12", /date that exists/],
  [intType("date"), 20_000, /is 20000, expected a date/],
  [intType("time-millis"), "24:00:00", /time of day/],
  [intType("time-millis"), "10:60:00", /time of day/],
  [intType("time-millis"), "10:00:00.0001", /at most 3 decimals/],
  [longType("timestamp-millis"), "2026-02-30T10:00:00Z", /that exists/],
  [longType("timestamp-millis"), "2026-02-30T10:00:00.000Z", /that exists/],
  [longType("timestamp-millis"), "2026-11-23T10:00:00.000", /with Z or an offset/],
  [longType("timestamp-millis"), "2026-11-23 10:00:00.000Z", /that exists/],
  [longType("timestamp-millis"), "2026-11-23T10:00:60.000Z", /that exists/],
  [longType("timestamp-millis"), "2026-11-23T1O:00:00.000Z", /that exists/],
  [longType("timestamp-millis"), "2026-11-23T10:00:00.0001Z", /at most 3 decimals/],
  [longType("timestamp-millis"), "2026-11-23T10:00:00+24:00", /that exists/],
  [longType("timestamp-millis"), 1_795_428_000_000, /expected a timestamp/],
  [longType("timestamp-nanos"), "2500-01-01T00:00:00Z", /that exists/],
  [longType("local-timestamp-millis"), "2026-11-23T10:00:00.000Z", /without an offset/],
  [span, "P", /ISO 8601 duration/],
  [span, "PT", /ISO 8601 duration/],
  [span, "P1.5D", /ISO 8601 duration/],
  [span, "-P1D", /ISO 8601 duration/],
  [span, "P4294967296D", /32 bits each/],
];

for (const [type, value, says] of refused)
  test(`${JSON.stringify(type)} refuses ${typeof value} ${JSON.stringify(value)} and says why`, (t) => {
    const error = refusalOf(() => codecOfType(type).fromJson({ value }, "payload"));
    t.is(error.code, "PAYLOAD_INVALID");
    t.deepEqual(
      error.faults.map(({ path }) => path),
      ["payload.value"],
    );
    t.regex(error.faults[0]?.message ?? "", says);
    t.true(error.message.includes(error.faults[0]?.message ?? "nothing"));
  });

test("a missing field takes its default, in Avro's own form of defaults", (t) => {
  const codec = codecOf(
    [
      { name: "id", type: "string" },
      { name: "source", type: ["null", "string"], default: null },
      { name: "amount", type: money, default: "'\u0010" },
      { name: "hash", type: hash, default: "\u0000\u0001\u00ff\u0000" },
      { name: "kind", type: "Kind", default: "OPEN" },
      { name: "tags", type: { type: "map", values: { type: "array", items: "long" } }, default: { a: [1] } },
      { name: "at", type: "Point", default: { y: 2 } },
      { name: "rate", type: ["double", "null"], default: 1.5 },
    ],
    kind,
    {
      type: "record",
      name: "Point",
      fields: [
        { name: "x", type: "int", default: 7 },
        { name: "y", type: "int" },
      ],
    },
  );
  t.deepEqual(codec.toJson(codec.fromJson({ id: "1" })), {
    id: "1",
    source: null,
    amount: "100.00",
    hash: "AAH/AA==",
    kind: "OPEN",
    tags: { a: [1] },
    at: { x: 7, y: 2 },
    rate: 1.5,
  });
});

test("all faults of a payload are told at once, each at its path", (t) => {
  const line: Node = { type: "record", name: "Line", fields: [{ name: "price", type: money }] };
  const codec = codecOf(
    [
      { name: "amount", type: money },
      { name: "lines", type: { type: "array", items: "Line" } },
      { name: "notes", type: { type: "map", values: "string" } },
    ],
    line,
  );
  const value = { lines: [{ price: "1" }, {}, { price: true }], notes: { "a b": 1, c: 2 }, extra: 1 };
  t.deepEqual(
    faultsOf(() => codec.fromJson(value, "payload")),
    [
      { path: "payload.amount", message: "is missing" },
      { path: "payload.lines[1].price", message: "is missing" },
      { path: "payload.lines[2].price", message: 'is true, expected a decimal such as "0.00"' },
      { path: 'payload.notes["a b"]', message: "is 1, expected a string" },
      { path: "payload.notes.c", message: "is 2, expected a string" },
      { path: "payload.extra", message: "is no field of Sample.Happened, expected amount, lines, notes" },
    ],
  );
  t.is(faultsOf(() => codec.fromJson({ lines: [], notes: {} }))[0]?.path, "amount");
});

test("no more faults are told than the bound, and the message counts all of them", (t) => {
  const codec = codecOfType({ type: "array", items: "int" });
  const error = refusalOf(() => codec.fromJson({ value: Array.from({ length: 100 }, () => "x") }, "payload"));
  t.is(error.faults.length, faultsMax);
  t.regex(error.message, /^Sample\.Happened: payload\.value\[0\] is "x".* \(and 99 more\)$/);
});

for (const value of [undefined, null, [], "x", 5])
  test(`a payload that is ${JSON.stringify(value) ?? "missing"} is refused as a whole`, (t) => {
    const [fault] = faultsOf(() => codecOf([]).fromJson(value, "payload"));
    t.is(fault?.path, "payload");
    t.regex(fault?.message ?? "", /expected an object with the fields of Sample.Happened/);
  });

test("a field named like what every object inherits is missing unless it was sent", (t) => {
  const codec = codecOf([{ name: "toString", type: "string" }]);
  t.deepEqual(
    faultsOf(() => codec.fromJson({})),
    [{ path: "toString", message: "is missing" }],
  );
  t.deepEqual(codec.toJson(codec.fromJson({ toString: "x" })), { toString: "x" });
});

test("__proto__ is refused as a field and as the key of a map", (t) => {
  const codec = codecOfType({ type: "map", values: "int" });
  t.is(
    faultsOf(() => codec.fromJson(JSON.parse('{"value": {"__proto__": 1}}'), "payload"))[0]?.path,
    "payload.value.__proto__",
  );
  t.regex(faultsOf(() => codec.fromJson(JSON.parse('{"value": {}, "__proto__": 1}')))[0]?.message ?? "", /no field/);
});

const list: Node = { type: "record", name: "Item", fields: [{ name: "next", type: ["null", "Item"] }] };

function listOf(length: number): unknown {
  let item: unknown = null;
  for (let index = 0; index < length; index++) item = { next: item };
  return item;
}

test("a record that holds itself is taken as deep as values may be, and no deeper", (t) => {
  const codec = codecOfType(["null", "Item"], list);
  const deepest = codec.fromJson({ value: listOf(valueDepthMax - 1) });
  t.notThrows(() => codec.check(deepest));
  t.deepEqual(codec.toJson(deepest), { value: listOf(valueDepthMax - 1) });
  t.regex(faultsOf(() => codec.fromJson({ value: listOf(valueDepthMax) }))[0]?.message ?? "", /deeper than 64/);
});

test("a value has no more items than are allowed, in all its arrays together", (t) => {
  const codec = codecOfType({ type: "array", items: { type: "array", items: "null" } });
  const value = (items: number) => ({ value: [Array(items).fill(null), Array(valueItemsMax - 1_002).fill(null)] });
  t.notThrows(() => codec.check(codec.fromJson(value(1_000))));
  t.regex(faultsOf(() => codec.fromJson(value(1_001)))[0]?.message ?? "", /more than 100000 items/);
});

test("defaults can't blow a small payload up beyond the largest state", (t) => {
  const wide: Node = {
    type: "record",
    name: "Wide",
    fields: [{ name: "text", type: "string", default: "x".repeat(10_000) }],
  };
  const codec = codecOfType({ type: "array", items: "Wide" }, wide);
  const items = Math.ceil(stateBytesMax / 10_000);
  t.is(refusalOf(() => codec.fromJson({ value: Array.from({ length: items }, () => ({})) })).code, "PAYLOAD_INVALID");
  t.is(codec.fromJson({ value: [{}] }).length, 10_005);
});

test("what a codec gave is not changed by the next call", (t) => {
  const codec = codecOfType("string");
  const first = codec.fromJson({ value: "first" });
  codec.fromJson({ value: "other" });
  t.deepEqual(codec.toJson(first), { value: "first" });
});
