// What a field holds when nobody gives it: its default, else what is empty of its type.
import type { FieldShape, RecordShape, Shape, UnionShape } from "../host/schemas/shape.ts";
import { textLiteral } from "./text-literal.ts";
import {
  decimalOf,
  firstSymbolOf,
  isValue,
  optionalOf,
  placeOfField,
  type DecimalLogical,
  type TypeNames,
} from "./type-names.ts";

/** An expression for a field that is left out. */
export function initialOf(record: RecordShape, field: FieldShape, names: TypeNames): string {
  const at = placeOfField(record, field.name);
  return field.default === undefined
    ? emptyOf(field.shape, { names, at })
    : literalOf(field.shape, field.default.json, { names, at });
}

type Place = { readonly names: TypeNames; readonly at: string };

function emptyOf(shape: Shape, place: Place): string {
  const { names, at } = place;
  const decimal = decimalOf(shape);
  if (decimal !== undefined) return `Decimal.zero(${decimal.scale})`;
  switch (shape.kind) {
    case "null":
      return "null";
    case "boolean":
      return "false";
    case "int":
    case "long":
    case "float":
    case "double":
      return "0";
    case "string":
      return '""';
    case "bytes":
      return "new Uint8Array(0)";
    case "enum":
      return `${names.classOf(shape)}.${names.symbolOf(shape, firstSymbolOf(shape))}`;
    case "array":
    case "map":
      return `new ${names.typeOf(shape, at)}()`;
    case "fixed":
    case "record":
      return `new ${names.classOf(shape)}()`;
    case "union":
      return optionalOf(shape) === undefined ? emptyUnion(shape, place) : "null";
  }
}

/** The branch whose empty value is the least deep: one that is part of itself would be made for ever. */
function emptyUnion(shape: UnionShape, place: Place): string {
  const { name, branches } = place.names.unionOf(shape, place.at);
  const [branch] = branches.toSorted((one, other) => depthOf(one.shape, []) - depthOf(other.shape, []));
  if (branch === undefined) throw new Error(`invariant broken: ${place.at} is a union of nothing`);
  return `${name}.of${branch.part}(${branch.shape.kind === "null" ? "" : emptyOf(branch.shape, place)})`;
}

/** Records within records that an empty value takes; without end when a record can't but hold itself. */
function depthOf(shape: Shape, within: readonly RecordShape[]): number {
  if (shape.kind === "union") return Math.min(...shape.branches.map((branch) => depthOf(branch, within)));
  if (shape.kind !== "record") return 0;
  if (within.includes(shape)) return Number.MAX_SAFE_INTEGER;
  const open = shape.fields.filter((field) => field.default === undefined);
  return 1 + Math.max(0, ...open.map((field) => depthOf(field.shape, [...within, shape])));
}

/** A default, which Avro writes in a JSON of its own: bytes are text of code points up to 255, a union's default is of its first branch. */
function literalOf(shape: Shape, json: unknown, place: Place): string {
  const { names } = place;
  const decimal = decimalOf(shape);
  if (decimal !== undefined) return decimalLiteral(String(json), decimal);
  switch (shape.kind) {
    case "null":
      return "null";
    case "boolean":
    case "int":
    case "long":
      return String(json);
    case "float":
    case "double":
      return Object.is(json, -0) ? "-0.0" : String(json);
    case "string":
      return textLiteral(String(json));
    case "bytes":
      return bytesLiteral(String(json));
    case "fixed":
      return `new ${names.classOf(shape)}(${bytesLiteral(String(json))})`;
    case "enum":
      return `${names.classOf(shape)}.${names.symbolOf(shape, String(json))}`;
    case "array":
      return arrayLiteral(shape, shape.items, json, place);
    case "map": {
      const sets = entriesOf(json).map(
        ([key, value]) => `.set(${textLiteral(key)}, ${literalOf(shape.values, value, place)})`,
      );
      return `${emptyOf(shape, place)}${sets.join("")}`;
    }
    case "union":
      return unionLiteral(shape, json, place);
    case "record":
      return recordLiteral(shape, json, names);
  }
}

function arrayLiteral(shape: Shape, item: Shape, json: unknown, place: Place): string {
  const items: readonly unknown[] = Array.isArray(json) ? json : [];
  if (items.length === 0) return emptyOf(shape, place);
  return `[${items.map((value) => literalOf(item, value, place)).join(", ")}]`;
}

function unionLiteral(shape: UnionShape, json: unknown, place: Place): string {
  const { names, at } = place;
  const optional = optionalOf(shape);
  const [first] = shape.branches;
  if (first === undefined) throw new Error(`invariant broken: ${at} is a union of nothing`);
  if (optional === undefined) {
    const { name, branches } = names.unionOf(shape, at);
    return `${name}.of${branches[0]?.part}(${first.kind === "null" ? "" : literalOf(first, json, place)})`;
  }
  if (first.kind === "null") return "null";
  const literal = literalOf(first, json, place);
  return isValue(first) ? `new Box<${names.typeOf(first, at)}>(${literal})` : literal;
}

function recordLiteral(record: RecordShape, json: unknown, names: TypeNames): string {
  const given = new Map(entriesOf(json));
  const values = record.fields.map((field) =>
    given.has(field.name)
      ? literalOf(field.shape, given.get(field.name), { names, at: placeOfField(record, field.name) })
      : initialOf(record, field, names),
  );
  return `new ${names.classOf(record)}(${values.join(", ")})`;
}

function entriesOf(json: unknown): [string, unknown][] {
  return typeof json === "object" && json !== null ? Object.entries(json) : [];
}

/** Big-endian two's complement in a text of bytes. */
function decimalLiteral(text: string, { scale }: DecimalLogical): string {
  const bytes = Buffer.from(text, "latin1");
  const unscaled = bytes.length === 0 ? 0n : BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString("hex")}`));
  return `new Decimal(${unscaled}, ${scale})`;
}

function bytesLiteral(text: string): string {
  return `bytesOfHex("${Buffer.from(text, "latin1").toString("hex")}")`;
}
