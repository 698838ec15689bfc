// AssemblyScript classes of a schema: what authors see of their commands, events and states. Reading and writing is straight-line
// code for each field; the classes hold no more than their fields.
import type { AggregateSchema } from "../host/schemas/aggregate-schema.ts";
import type { EnumShape, FieldShape, FixedShape, NamedShape, RecordShape } from "../host/schemas/shape.ts";
import { shortNameOf } from "../host/schemas/shape.ts";
import { indented } from "./code-lines.ts";
import { initialOf } from "./initial-value.ts";
import { readingOf } from "./reading-code.ts";
import { decimalOf, placeOfField, TypeNames } from "./type-names.ts";
import { unionClass } from "./union-class.ts";
import { writingOf } from "./writing-code.ts";

/**
 * The AssemblyScript module of a schema's types: one class a record and union, one enum an enum.
 *
 * @throws EventoError SCHEMA_NOT_SUPPORTED for what AssemblyScript can't hold, saying where.
 */
export function generateClasses(schema: AggregateSchema): string {
  const names = new TypeNames(schema.types.values());
  const types = [...schema.types.values()].flatMap((type) => linesOf(type, names));
  const unions: string[] = [];
  for (const union of names.unions) unions.push(...unionClass(union, names));
  return [
    `// Generated from the schema of ${schema.name}: not to be edited.`,
    'import { Box, CommandPayload, Decimal, EventPayload, Null, Payload } from "evento";',
    'import { Reader, Writer, bytesOfHex } from "evento/avro";',
    'import { uuidBytes, uuidText } from "evento/uuid";',
    "",
    ...types,
    ...unions,
  ].join("\n");
}

function linesOf(type: NamedShape, names: TypeNames): readonly string[] {
  switch (type.kind) {
    case "record":
      return recordClass(type, names);
    case "enum":
      return enumOf(type, names);
    case "fixed":
      return decimalOf(type) === undefined ? fixedClass(type, names) : [];
  }
}

function recordClass(record: RecordShape, names: TypeNames): readonly string[] {
  const name = names.classOf(record);
  return [
    "@final",
    `export class ${name} extends ${baseOf(record)} {`,
    "  constructor(",
    ...record.fields.map((field) => `    ${parameter(record, field, names)},`),
    "  ) {",
    "    super();",
    "  }",
    "",
    "  get typeName(): string {",
    `    return "${shortNameOf(record.name)}";`,
    "  }",
    "",
    `  static read(reader: Reader): ${name} {`,
    ...record.fields.flatMap((field) => indented(indented(reading(record, field, names)))),
    `    return new ${name}(${record.fields.map((field) => `f_${field.name}`).join(", ")});`,
    "  }",
    "",
    "  write(writer: Writer): void {",
    ...record.fields.flatMap((field) => indented(indented(writing(record, field, names)))),
    "  }",
    "}",
    "",
  ];
}

/** So that the compiler tells an event from a command. */
function baseOf({ mark }: RecordShape): string {
  if (mark.kind === "event") return "EventPayload";
  return mark.kind === "command" ? "CommandPayload" : "Payload";
}

function parameter(record: RecordShape, field: FieldShape, names: TypeNames): string {
  const type = names.typeOf(field.shape, placeOfField(record, field.name));
  return `public ${names.propertyOf(record, field.name)}: ${type} = ${initialOf(record, field, names)}`;
}

function reading(record: RecordShape, { name, shape }: FieldShape, names: TypeNames): readonly string[] {
  const at = placeOfField(record, name);
  return [`let f_${name}: ${names.typeOf(shape, at)};`, ...readingOf(shape, `f_${name}`, { names, at, level: 0 })];
}

function writing(record: RecordShape, { name, shape }: FieldShape, names: TypeNames): readonly string[] {
  const place = { names, at: placeOfField(record, name), level: 0 };
  return writingOf(shape, `this.${names.propertyOf(record, name)}`, place);
}

function enumOf(shape: EnumShape, names: TypeNames): readonly string[] {
  return [
    `export enum ${names.classOf(shape)} {`,
    ...shape.symbols.map((symbol) => `  ${names.symbolOf(shape, symbol)},`),
    "}",
    "",
  ];
}

function fixedClass(shape: FixedShape, names: TypeNames): readonly string[] {
  const name = names.classOf(shape);
  const { size } = shape;
  return [
    `/** Exactly ${size} bytes. */`,
    "@final",
    `export class ${name} {`,
    `  constructor(readonly bytes: Uint8Array = new Uint8Array(${size})) {`,
    `    if (bytes.length != ${size}) throw new Error("${name} takes ${size} bytes, not " + bytes.length.toString());`,
    "  }",
    "",
    ...(shape.logical?.kind === "uuid" ? indented(uuidMembers(name)) : []),
    ...(shape.logical?.kind === "duration" ? indented(durationMembers(name)) : []),
    "  write(writer: Writer): void {",
    "    writer.writeFixed(this.bytes);",
    "  }",
    "}",
    "",
  ];
}

function uuidMembers(name: string): readonly string[] {
  return [
    "/** From text such as `f81d4fae-7dec-11d0-a765-00a0c91e6bf6`. */",
    `static parse(text: string): ${name} {`,
    `  return new ${name}(uuidBytes(text));`,
    "}",
    "",
    "toString(): string {",
    "  return uuidText(this.bytes);",
    "}",
    "",
  ];
}

/** Three little-endian numbers of 32 bits. */
function durationMembers(name: string): readonly string[] {
  const parts = ["months", "days", "milliseconds"];
  return [
    `static of(${parts.map((part) => `${part}: u32`).join(", ")}): ${name} {`,
    `  const duration = new ${name}();`,
    ...parts.map((part, index) => `  store<u32>(duration.bytes.dataStart, ${part}, ${4 * index});`),
    "  return duration;",
    "}",
    "",
    ...parts.flatMap((part, index) => [
      `get ${part}(): u32 {`,
      `  return load<u32>(this.bytes.dataStart, ${4 * index});`,
      "}",
      "",
    ]),
  ];
}
