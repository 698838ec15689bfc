// AssemblyScript classes of a schema: what authors see of their commands, events and states. Reading and writing is straight-line
// code for each field; the classes hold no more than their fields.
import { EventoError } from "../host/errors.ts";
import type { AggregateSchema } from "../host/schemas/aggregate-schema.ts";
import {
  branchNameOf,
  shortNameOf,
  type EnumShape,
  type FieldShape,
  type FixedShape,
  type NamedShape,
  type RecordShape,
  type Shape,
  type UnionShape,
} from "../host/schemas/shape.ts";

/** Digits that the SDK's Decimal holds. */
const decimalDigitsMax = 18;

/** Names that a class or a field can't have in AssemblyScript. */
const reserved: ReadonlySet<string> = new Set(
  "abstract as async await boolean break case catch class const constructor continue debugger declare default delete do else enum export extends false finally for function get if implements import in instanceof interface is keyof let module namespace new null package private protected public readonly return set static super switch this throw true try typeof var void while with yield bool i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64 v128 string read write typeName".split(
    " ",
  ),
);

/**
 * The AssemblyScript module of a schema's types: one class a record and union, one enum an enum.
 *
 * @throws EventoError SCHEMA_NOT_SUPPORTED for what AssemblyScript can't hold, saying where.
 */
export function generateClasses(schema: AggregateSchema): string {
  return new ClassGenerator(schema).module();
}

/** The AssemblyScript name of a field: the same but for reserved words, which get a trailing underscore. */
export function fieldNameOf(name: string): string {
  return reserved.has(name) ? `${name}_` : name;
}

class ClassGenerator {
  readonly #schema: AggregateSchema;
  /** Unions get a class when a field first needs one; the same branches share it. */
  readonly #unions = new Map<string, { name: string; shape: UnionShape }>();
  readonly #unionNames = new Set<string>();
  #temporaries = 0;

  constructor(schema: AggregateSchema) {
    this.#schema = schema;
  }

  module(): string {
    const types = [...this.#schema.types.values()].map((type) => this.#type(type));
    // Union classes are found on the way, and may themselves hold further unions.
    const unions: string[] = [];
    for (const { name, shape } of this.#unions.values()) unions.push(this.#unionClass(name, shape));
    return [
      `// Generated from the schema of ${this.#schema.name}: not to be edited.`,
      'import { Box, Decimal, Payload } from "evento";',
      'import { Reader, Writer } from "evento/avro";',
      "",
      ...types,
      ...unions,
    ].join("\n");
  }

  #type(type: NamedShape): string {
    const name = shortNameOf(type.name);
    if (reserved.has(name)) throw this.#refuse(type.name, `has a name that AssemblyScript reserves`);
    switch (type.kind) {
      case "record":
        return this.#recordClass(type, name);
      case "enum":
        return enumOf(type, name);
      case "fixed":
        return type.logical?.kind === "decimal" ? "" : fixedClass(type, name);
    }
  }

  #recordClass(record: RecordShape, name: string): string {
    const parameters = record.fields.map((field) => this.#parameter(record, field));
    const reads = record.fields.map((field) => {
      const variable = `f_${field.name}`;
      return `    let ${variable}: ${this.#typeOf(field.shape, where(record, field))};\n${indent(this.#read(field.shape, variable, where(record, field)), 4)}`;
    });
    const writes = record.fields.map((field) =>
      indent(this.#write(field.shape, `this.${fieldNameOf(field.name)}`, where(record, field)), 4),
    );
    return [
      "@final",
      `export class ${name} extends Payload {`,
      "  constructor(",
      ...parameters.map((parameter) => `    ${parameter},`),
      "  ) {",
      "    super();",
      "  }",
      "",
      "  get typeName(): string {",
      `    return "${name}";`,
      "  }",
      "",
      `  static read(reader: Reader): ${name} {`,
      ...reads,
      `    return new ${name}(${record.fields.map((field) => `f_${field.name}`).join(", ")});`,
      "  }",
      "",
      "  write(writer: Writer): void {",
      ...writes,
      "  }",
      "}",
      "",
    ].join("\n");
  }

  #parameter(record: RecordShape, field: FieldShape): string {
    const at = where(record, field);
    return `public ${fieldNameOf(field.name)}: ${this.#typeOf(field.shape, at)} = ${this.#initial(field, at)}`;
  }

  /** The class of a union that is more than "null or one other": one getter and one maker a branch. */
  #unionClass(name: string, { branches }: UnionShape): string {
    const members = branches.map((branch, tag) => ({
      tag,
      branch,
      part: pascal(shortNameOf(branchNameOf(branch))),
      type: branch.kind === "null" ? "" : this.#typeOf(branch, name),
    }));
    const held = members.filter(({ branch }) => branch.kind !== "null");
    return [
      `/** One of ${branches.map(branchNameOf).join(", ")}. */`,
      "@final",
      `export class ${name} {`,
      "  private constructor(readonly tag: i32) {}",
      ...held.map(
        ({ part, type, branch }) =>
          `  private v_${part}: ${this.#slotType(type, branch)} = ${this.#slotZero(type, branch)};`,
      ),
      ...members.map(({ tag, part, branch, type }) =>
        branch.kind === "null"
          ? `  static of${part}(): ${name} {\n    return new ${name}(${tag});\n  }`
          : `  static of${part}(value: ${type}): ${name} {\n    const union = new ${name}(${tag});\n    union.v_${part} = value;\n    return union;\n  }`,
      ),
      ...members.map(({ tag, part }) => `  get is${part}(): bool {\n    return this.tag == ${tag};\n  }`),
      ...held.map(({ tag, part, type, branch }) =>
        [
          `  get as${part}(): ${type} {`,
          `    if (this.tag != ${tag}) throw new Error("${name} does not hold ${part}");`,
          `    return ${isValue(branch) ? `this.v_${part}` : `this.v_${part} as ${type}`};`,
          "  }",
        ].join("\n"),
      ),
      `  static read(reader: Reader): ${name} {`,
      `    const union = new ${name}(reader.readBranch(${branches.length}));`,
      "    switch (union.tag) {",
      ...held.map(({ tag, part, type, branch }) =>
        [
          `      case ${tag}: {`,
          `        let value: ${type};`,
          indent(this.#read(branch, "value", name), 8),
          `        union.v_${part} = value;`,
          "        break;",
          "      }",
        ].join("\n"),
      ),
      "    }",
      "    return union;",
      "  }",
      "  write(writer: Writer): void {",
      "    writer.writeLong(this.tag);",
      "    switch (this.tag) {",
      ...held.map(({ tag, part, branch }) =>
        [
          `      case ${tag}: {`,
          `        const value = this.as${part};`,
          indent(this.#write(branch, "value", name), 8),
          "        break;",
          "      }",
        ].join("\n"),
      ),
      "    }",
      "  }",
      "}",
      "",
    ].join("\n");
  }

  #slotType(type: string, branch: Shape): string {
    return isValue(branch) || type.endsWith("| null") ? type : `${type} | null`;
  }

  #slotZero(type: string, branch: Shape): string {
    if (!isValue(branch)) return "null";
    return branch.kind === "enum" ? `${type}.${branch.symbols[0]}` : "0";
  }

  /** The AssemblyScript type of a shape. */
  #typeOf(shape: Shape, at: string): string {
    switch (shape.kind) {
      case "null":
        throw this.#refuse(at, "is null alone, which AssemblyScript has no type for");
      case "boolean":
        return "bool";
      case "int":
        return "i32";
      case "long":
        return "i64";
      case "float":
        return "f32";
      case "double":
        return "f64";
      case "string":
        return "string";
      case "bytes":
        return shape.logical?.kind === "decimal" ? this.#decimal(shape.logical.precision, at) : "Uint8Array";
      case "fixed":
        return shape.logical?.kind === "decimal" ? this.#decimal(shape.logical.precision, at) : shortNameOf(shape.name);
      case "record":
      case "enum":
        return shortNameOf(shape.name);
      case "array":
        return `Array<${this.#typeOf(shape.items, at)}>`;
      case "map":
        return `Map<string, ${this.#typeOf(shape.values, at)}>`;
      case "union": {
        const optional = optionalOf(shape);
        if (optional === undefined) return this.#unionName(shape, at);
        const type = this.#typeOf(optional, at);
        return isValue(optional) ? `Box<${type}> | null` : `${type} | null`;
      }
    }
  }

  #decimal(precision: number, at: string): string {
    if (precision > decimalDigitsMax)
      throw this.#refuse(at, `is a decimal of ${precision} digits, of which this SDK holds ${decimalDigitsMax}`);
    return "Decimal";
  }

  /** Named after the field where its branches first came. */
  #unionName(shape: UnionShape, at: string): string {
    const branches = shape.branches
      .map((branch) =>
        branch.kind === "array" || branch.kind === "map"
          ? `${branch.kind} of ${this.#typeOf(branch, at)}`
          : branchNameOf(branch),
      )
      .join("|");
    const known = this.#unions.get(branches);
    if (known !== undefined) return known.name;
    let name = at.split(".").map(pascal).join("");
    while (this.#unionNames.has(name) || [...this.#schema.types.keys()].some((type) => shortNameOf(type) === name))
      name += "Union";
    this.#unionNames.add(name);
    this.#unions.set(branches, { name, shape });
    return name;
  }

  /** What a field is when nobody gives it: its default where AssemblyScript can say it, else empty. */
  #initial({ shape, default: given }: FieldShape, at: string): string {
    const json = given?.json;
    if (shape.kind === "union") return optionalOf(shape) === undefined ? this.#zero(shape, at) : "null";
    if (shape.kind === "string" && typeof json === "string") return JSON.stringify(json);
    if (shape.kind === "boolean" && typeof json === "boolean") return String(json);
    if (isNumeric(shape) && typeof json === "number" && Number.isFinite(json)) return String(json);
    if (shape.kind === "enum" && typeof json === "string") return `${shortNameOf(shape.name)}.${json}`;
    return this.#zero(shape, at);
  }

  #zero(shape: Shape, at: string): string {
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
        return shape.logical?.kind === "decimal" ? `Decimal.zero(${shape.logical.scale})` : "new Uint8Array(0)";
      case "fixed":
        return shape.logical?.kind === "decimal"
          ? `Decimal.zero(${shape.logical.scale})`
          : `new ${shortNameOf(shape.name)}()`;
      case "enum":
        return `${shortNameOf(shape.name)}.${shape.symbols[0]}`;
      case "array":
        return `new ${this.#typeOf(shape, at)}()`;
      case "map":
        return `new ${this.#typeOf(shape, at)}()`;
      case "record":
        return `new ${shortNameOf(shape.name)}()`;
      case "union": {
        const [first] = shape.branches;
        const name = this.#typeOf(shape, at);
        if (first === undefined) throw this.#refuse(at, "is a union of nothing");
        const part = pascal(shortNameOf(branchNameOf(first)));
        return `${name}.of${part}(${first.kind === "null" ? "" : this.#zero(first, at)})`;
      }
    }
  }

  #read(shape: Shape, to: string, at: string): string {
    switch (shape.kind) {
      case "null":
        return "";
      case "boolean":
      case "int":
      case "long":
      case "float":
      case "double":
      case "string":
        return `${to} = reader.read${pascal(shape.kind)}();`;
      case "bytes":
        return shape.logical?.kind === "decimal"
          ? `${to} = Decimal.readFrom(reader, reader.readLength(), ${shape.logical.scale});`
          : `${to} = reader.readBytes();`;
      case "fixed":
        return shape.logical?.kind === "decimal"
          ? `${to} = Decimal.readFrom(reader, ${shape.size}, ${shape.logical.scale});`
          : `${to} = new ${shortNameOf(shape.name)}(reader.readFixed(${shape.size}));`;
      case "enum":
        return `${to} = <${shortNameOf(shape.name)}>reader.readSymbol(${shape.symbols.length});`;
      case "record":
        return `${to} = ${shortNameOf(shape.name)}.read(reader);`;
      case "array":
        return this.#readItems(shape, shape.items, to, at);
      case "map":
        return this.#readItems(shape, shape.values, to, at);
      case "union":
        return this.#readUnion(shape, to, at);
    }
  }

  #readItems(shape: Shape, item: Shape, to: string, at: string): string {
    const n = this.#temporaries++;
    const isMap = shape.kind === "map";
    return [
      `const items${n} = new ${this.#typeOf(shape, at)}();`,
      `for (let count${n} = reader.readBlock(); count${n} != 0; count${n} = reader.readBlock()) {`,
      `  while (count${n}-- > 0) {`,
      ...(isMap ? [`    const key${n} = reader.readString();`] : []),
      `    let item${n}: ${this.#typeOf(item, at)};`,
      indent(this.#read(item, `item${n}`, at), 4),
      isMap ? `    items${n}.set(key${n}, item${n});` : `    items${n}.push(item${n});`,
      "  }",
      "}",
      `${to} = items${n};`,
    ].join("\n");
  }

  #readUnion(shape: UnionShape, to: string, at: string): string {
    const optional = optionalOf(shape);
    if (optional === undefined) return `${to} = ${this.#unionName(shape, at)}.read(reader);`;
    const n = this.#temporaries++;
    const nullBranch = shape.branches.findIndex((branch) => branch.kind === "null");
    const type = this.#typeOf(optional, at);
    return [
      `if (reader.readBranch(2) == ${nullBranch}) {`,
      `  ${to} = null;`,
      "} else {",
      `  let value${n}: ${type};`,
      indent(this.#read(optional, `value${n}`, at), 2),
      `  ${to} = ${isValue(optional) ? `new Box<${type}>(value${n})` : `value${n}`};`,
      "}",
    ].join("\n");
  }

  #write(shape: Shape, from: string, at: string): string {
    switch (shape.kind) {
      case "null":
        return "";
      case "boolean":
      case "int":
      case "long":
      case "float":
      case "double":
      case "string":
        return `writer.write${pascal(shape.kind)}(${from});`;
      case "bytes":
        return shape.logical?.kind === "decimal"
          ? `${from}.writeTo(writer, ${shape.logical.precision}, ${shape.logical.scale});`
          : `writer.writeBytes(${from});`;
      case "fixed":
        return shape.logical?.kind === "decimal"
          ? `${from}.writeFixedTo(writer, ${shape.size}, ${shape.logical.precision}, ${shape.logical.scale});`
          : `${from}.write(writer);`;
      case "enum":
        return `writer.writeInt(${from});`;
      case "record":
        return `${from}.write(writer);`;
      case "array": {
        const n = this.#temporaries++;
        return [
          `const items${n} = ${from};`,
          `if (items${n}.length > 0) writer.writeLong(items${n}.length);`,
          `for (let index${n} = 0; index${n} < items${n}.length; index${n}++) {`,
          `  const item${n} = items${n}[index${n}];`,
          indent(this.#write(shape.items, `item${n}`, at), 2),
          "}",
          "writer.writeLong(0);",
        ].join("\n");
      }
      case "map": {
        const n = this.#temporaries++;
        return [
          `const keys${n} = ${from}.keys();`,
          `const values${n} = ${from}.values();`,
          `if (keys${n}.length > 0) writer.writeLong(keys${n}.length);`,
          `for (let index${n} = 0; index${n} < keys${n}.length; index${n}++) {`,
          `  writer.writeString(keys${n}[index${n}]);`,
          `  const item${n} = values${n}[index${n}];`,
          indent(this.#write(shape.values, `item${n}`, at), 2),
          "}",
          "writer.writeLong(0);",
        ].join("\n");
      }
      case "union": {
        const optional = optionalOf(shape);
        if (optional === undefined) return `${from}.write(writer);`;
        const n = this.#temporaries++;
        const nullBranch = shape.branches.findIndex((branch) => branch.kind === "null");
        return [
          `const value${n} = ${from};`,
          `if (value${n} === null) {`,
          `  writer.writeLong(${nullBranch});`,
          "} else {",
          `  writer.writeLong(${1 - nullBranch});`,
          indent(this.#write(optional, isValue(optional) ? `value${n}.value` : `value${n}`, at), 2),
          "}",
        ].join("\n");
      }
    }
  }

  #refuse(at: string, why: string): EventoError {
    return new EventoError("SCHEMA_NOT_SUPPORTED", `${at} ${why}`, {
      hint: "change the schema, or write this function in a language whose tools take it",
    });
  }
}

function where(record: RecordShape, field: FieldShape): string {
  return `${shortNameOf(record.name)}.${field.name}`;
}

/** The other branch of "null or one other"; undefined for any other union. */
function optionalOf({ branches }: UnionShape): Shape | undefined {
  const others = branches.filter((branch) => branch.kind !== "null");
  return branches.length === 2 && others.length === 1 ? others[0] : undefined;
}

function isNumeric({ kind }: Shape): boolean {
  return kind === "int" || kind === "long" || kind === "float" || kind === "double";
}

/** Whether AssemblyScript holds it by value, so that it can't be null. */
function isValue(
  shape: Shape,
): shape is EnumShape | Exclude<Shape, { kind: "record" | "fixed" | "union" | "array" | "map" }> {
  return isNumeric(shape) || shape.kind === "boolean" || shape.kind === "enum";
}

function enumOf({ symbols }: EnumShape, name: string): string {
  return `export enum ${name} {\n${symbols.map((symbol) => `  ${symbol},`).join("\n")}\n}\n`;
}

function fixedClass({ size }: FixedShape, name: string): string {
  return [
    `/** Exactly ${size} bytes. */`,
    "@final",
    `export class ${name} {`,
    `  constructor(readonly bytes: Uint8Array = new Uint8Array(${size})) {`,
    `    if (bytes.length != ${size}) throw new Error("${name} takes ${size} bytes, not " + bytes.length.toString());`,
    "  }",
    "  write(writer: Writer): void {",
    "    writer.writeFixed(this.bytes);",
    "  }",
    "}",
    "",
  ].join("\n");
}

function pascal(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}

function indent(text: string, spaces: number): string {
  const prefix = " ".repeat(spaces);
  return text
    .split("\n")
    .map((line) => (line === "" ? line : prefix + line))
    .join("\n");
}
