import test from "ava";
import avro from "avsc";

import { valueDepthMax, valueItemsMax } from "../../host/limits.ts";
import { refusalOf } from "./refusal.ts";
import { bytesOf, codecOf, codecOfType, money, type Node } from "./sample-schema.ts";

const list: Node = { type: "record", name: "Item", fields: [{ name: "next", type: ["null", "Item"] }] };
const kind: Node = { type: "enum", name: "Kind", symbols: ["A", "B"] };
const ints = { type: "array", items: "int" };
const map = { type: "map", values: "int" };
const date = { type: "int", logicalType: "date" };
const time = { type: "int", logicalType: "time-millis" };
const uuid = { type: "string", logicalType: "uuid" };
const smallMoney = { ...money, precision: 4 };
const fixedMoney = { ...smallMoney, type: "fixed", name: "Money", size: 3 };

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, "hex"));
}

type Refused = { readonly what: string; readonly type: unknown; readonly bytes: string; readonly says: string };

const refused: readonly Refused[] = [
  { what: "no bytes", type: "int", bytes: "", says: "value: found the end at byte 0, expected another byte" },
  { what: "trailing bytes", type: "int", bytes: "0200", says: "found 1 more bytes at byte 1, expected the end" },
  { what: "a boolean of 2", type: "boolean", bytes: "02", says: "expected a boolean: 0 or 1" },
  {
    what: "an int of 33 bits",
    type: "int",
    bytes: "8080808010",
    says: "found 2147483648 at byte 0, expected an int of 32 bits",
  },
  { what: "an overlong int", type: "int", bytes: "8200", says: "found an overlong number at byte 0" },
  { what: "an overlong long", type: "long", bytes: "808000", says: "found an overlong number at byte 0" },
  { what: "an overlong long of ten bytes", type: "long", bytes: "ffffffffffffffffff00", says: "overlong number" },
  { what: "a long of 65 bits", type: "long", bytes: "ffffffffffffffffff02", says: "at most 64 bits" },
  { what: "a long of eleven bytes", type: "long", bytes: "ffffffffffffffffffff01", says: "at most 64 bits" },
  { what: "a cut long", type: "long", bytes: "ffff", says: "found the end at byte 2" },
  { what: "half a float", type: "float", bytes: "0000", says: "found 2 bytes to the end at byte 0, expected 4 bytes" },
  { what: "half a double", type: "double", bytes: "00000000", says: "expected 8 bytes" },
  {
    what: "text longer than what is there",
    type: "string",
    bytes: "0661",
    says: "found a length of 3 at byte 0, expected 0 to 1",
  },
  { what: "text of a negative length", type: "string", bytes: "01", says: "found a length of -1" },
  {
    what: "text of 2^62 bytes",
    type: "string",
    bytes: "80808080808080808001",
    says: "found a length of 4611686018427387904",
  },
  { what: "text that is not UTF-8", type: "string", bytes: "04c328", says: "found bytes that are not UTF-8" },
  { what: "text of overlong UTF-8", type: "string", bytes: "04c080", says: "not UTF-8" },
  { what: "text with half a surrogate pair", type: "string", bytes: "06eda080", says: "not UTF-8" },
  { what: "bytes longer than what is there", type: "bytes", bytes: "04ff", says: "found a length of 2" },
  { what: "an unknown symbol", type: "Kind", bytes: "04", says: "found symbol 2 at byte 0, expected 0 to 1" },
  { what: "a negative symbol", type: "Kind", bytes: "01", says: "found symbol -1" },
  {
    what: "an unknown branch",
    type: ["null", "int"],
    bytes: "04",
    says: "found union branch 2 at byte 0, expected 0 to 1",
  },
  { what: "an array without its end", type: ints, bytes: "0202", says: "value: found the end" },
  { what: "an item that is off", type: ints, bytes: "0402ff", says: "value[1]: found the end at byte 3" },
  {
    what: "a block that is longer than it says",
    type: ints,
    bytes: "0302020400",
    says: "value: found the end of a block at byte 4, expected it at byte 3",
  },
  { what: "a block size beyond the end", type: ints, bytes: "01080200", says: "found a length of 4" },
  { what: "a map's entry that is off", type: map, bytes: "02026180", says: "value.a: found the end at byte 4" },
  {
    what: "the key __proto__",
    type: map,
    bytes: `0212${Buffer.from("__proto__").toString("hex")}0200`,
    says: "value.__proto__: found the end of the key __proto__",
  },
  {
    what: "a key twice",
    type: map,
    bytes: "0402610202610400",
    says: "value.a: found the end of a key that was there before",
  },
  {
    what: "a key twice in two blocks",
    type: map,
    bytes: "020261020202610400",
    says: "value.a: found the end of a key that was there before",
  },
  { what: "a decimal without a byte", type: money, bytes: "00", says: "found a decimal of 0 bytes" },
  { what: "a decimal with more digits", type: smallMoney, bytes: "042710", says: "a decimal of more digits" },
  { what: "a negative decimal with more digits", type: smallMoney, bytes: "04d8f0", says: "a decimal of more digits" },
  { what: "a decimal of more bytes", type: smallMoney, bytes: "06000001", says: "found a decimal of 3 bytes" },
  { what: "a fixed decimal with more digits", type: fixedMoney, bytes: "002710", says: "a decimal of more digits" },
  { what: "a time past midnight", type: time, bytes: "80f0b252", says: "less than a day" },
  { what: "a time before midnight", type: time, bytes: "01", says: "less than a day" },
  { what: "a UUID without hyphens", type: uuid, bytes: "06616263", says: "expected that of a UUID" },
];

for (const { what, type, bytes, says } of refused)
  test(`Avro with ${what} is refused, with its place`, (t) => {
    const codec = codecOfType(type, kind);
    const error = refusalOf(() => codec.check(hex(bytes)));
    t.is(error.code, "AVRO_INVALID");
    t.true(error.message.includes(says), error.message);
    t.is(refusalOf(() => codec.toJson(hex(bytes))).code, "AVRO_INVALID");
  });

type Accepted = { readonly what: string; readonly type: unknown; readonly bytes: string; readonly gives: unknown };

const accepted: readonly Accepted[] = [
  { what: "an array in two blocks", type: ints, bytes: "0202020400", gives: [1, 2] },
  { what: "a block that tells its size", type: ints, bytes: "0304020400", gives: [1, 2] },
  { what: "a map in two blocks", type: map, bytes: "02026102010602620400", gives: { a: 1, b: 2 } },
  { what: "an empty array", type: ints, bytes: "00", gives: [] },
  { what: "the least long", type: "long", bytes: "ffffffffffffffffff01", gives: "-9223372036854775808" },
  { what: "the last day", type: date, bytes: "feffffff0f", gives: "+5881580-07-11" },
  { what: "the last millisecond of a day", type: time, bytes: "feefb252", gives: "23:59:59.999" },
  { what: "a decimal with a zero in front", type: money, bytes: "04000a", gives: "0.10" },
  { what: "the greatest decimal", type: smallMoney, bytes: "04270f", gives: "99.99" },
];

for (const { what, type, bytes, gives } of accepted)
  test(`Avro with ${what} is accepted`, (t) => {
    const codec = codecOfType(type);
    codec.check(hex(bytes));
    t.deepEqual(codec.toJson(hex(bytes)), { value: gives });
  });

test("five bytes that claim a billion items are refused at once", (t) => {
  const bytes = hex("80a8d6b907");
  const codec = codecOfType(ints);
  t.regex(refusalOf(() => codec.check(bytes)).message, /found 1000000000 items/);
  t.regex(refusalOf(() => codec.toJson(bytes)).message, /found 1000000000 items/);
});

test("items that take no bytes are counted", (t) => {
  const codec = codecOfType({ type: "array", items: "null" });
  const header = (count: number) => Buffer.concat([avro.Type.forSchema("long").toBuffer(count), Buffer.of(0)]);
  t.notThrows(() => codec.check(header(valueItemsMax)));
  t.throws(() => codec.check(header(valueItemsMax + 1)));
  t.throws(() => codec.check(header(Number.MAX_SAFE_INTEGER)));
});

test("a block count of the least long is refused", (t) => {
  t.throws(() => codecOfType(ints).check(hex("ffffffffffffffffff0100")), {
    message: /^value: found 9223372036854776000 items/,
  });
});

test("100 kB of a list in a list are refused before the stack is gone", (t) => {
  const codec = codecOfType(["null", "Item"], list);
  const bytes = new Uint8Array(100_000).fill(2);
  t.regex(refusalOf(() => codec.check(bytes)).message, /more than 64 levels/);
  t.regex(refusalOf(() => codec.toJson(bytes)).message, /more than 64 levels/);
  const deepest = Uint8Array.from([...new Uint8Array(valueDepthMax - 1).fill(2), 0]);
  t.notThrows(() => codec.check(deepest));
});

test("no bytes that stand for more records than can be walked are refused", (t) => {
  const levels = 50;
  const nodes = Array.from({ length: levels }, (_, level): Node => {
    const type = level === levels - 1 ? "null" : `Level${level + 1}`;
    return { type: "record", name: `Level${level}`, fields: ["a", "b"].map((name) => ({ name, type })) };
  });
  const codec = codecOfType("Level0", ...nodes);
  t.regex(refusalOf(() => codec.check(bytesOf())).message, /found 100001 items/);
  t.regex(refusalOf(() => codec.toJson(bytesOf())).message, /found 100001 items/);
});

test("the bytes are read where they lie in a larger buffer", (t) => {
  const codec = codecOfType("string");
  const larger = new Uint8Array([9, 9, 2, 0x61, 9]);
  codec.check(larger.subarray(2, 4));
  t.deepEqual(codec.toJson(larger.subarray(2, 4)), { value: "a" });
  t.throws(() => codec.check(larger.subarray(2, 3)));
});

test("the place of a fault is told through records, arrays and maps", (t) => {
  const line: Node = {
    type: "record",
    name: "Line",
    fields: [{ name: "notes", type: { type: "map", values: "string" } }],
  };
  const codec = codecOf([{ name: "lines", type: { type: "array", items: "Line" } }], line);
  const bytes = codec.fromJson({ lines: [{ notes: {} }, { notes: { "a b": "x" } }] });
  bytes[bytes.indexOf(0x78)] = 0xff;
  const error = refusalOf(() => codec.check(bytes));
  t.is(error.faults[0]?.path, 'lines[1].notes["a b"]');
});
