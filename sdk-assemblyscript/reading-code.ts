// Generated code that reads a value out of Avro binary.
import type { Shape, UnionShape } from "../host/schemas/shape.ts";
import { indented } from "./code-lines.ts";
import { decimalOf, isValue, optionalOf, pascal, type TypeNames } from "./type-names.ts";

/** Where generated code stands. */
export type CodePlace = {
  readonly names: TypeNames;
  /** The field that it belongs to. */
  readonly at: string;
  /** Depth of nesting: keeps the variables of one level apart from those of the next. */
  readonly level: number;
};

/** Statements that read a value from `reader` and assign it. */
export function readingOf(shape: Shape, to: string, place: CodePlace): readonly string[] {
  const decimal = decimalOf(shape);
  if (decimal !== undefined) {
    const size = shape.kind === "fixed" ? String(shape.size) : "reader.readLength()";
    return [`${to} = Decimal.readFrom(reader, ${size}, ${decimal.scale});`];
  }
  switch (shape.kind) {
    case "null":
      return [`${to} = null;`];
    case "boolean":
    case "int":
    case "long":
    case "float":
    case "double":
    case "bytes":
    case "string":
      return [`${to} = reader.read${pascal(shape.kind)}();`];
    case "fixed":
      return [`${to} = new ${place.names.classOf(shape)}(reader.readFixed(${shape.size}));`];
    case "enum":
      return [`${to} = <${place.names.classOf(shape)}>reader.readSymbol(${shape.symbols.length});`];
    case "record":
      return [`${to} = ${place.names.classOf(shape)}.read(reader);`];
    case "array":
      return readingOfItems(shape, shape.items, to, place);
    case "map":
      return readingOfItems(shape, shape.values, to, place);
    case "union":
      return readingOfUnion(shape, to, place);
  }
}

function readingOfItems(shape: Shape, item: Shape, to: string, place: CodePlace): readonly string[] {
  const { names, at, level } = place;
  const isMap = shape.kind === "map";
  return [
    "{",
    `  const items${level} = new ${names.typeOf(shape, at)}();`,
    `  for (let count${level} = reader.readBlock(); count${level} != 0; count${level} = reader.readBlock()) {`,
    `    while (count${level}-- > 0) {`,
    ...(isMap ? [`      const key${level} = reader.readString();`] : []),
    `      let item${level}: ${names.typeOf(item, at)};`,
    ...indented(indented(indented(readingOf(item, `item${level}`, { ...place, level: level + 1 })))),
    isMap ? `      items${level}.set(key${level}, item${level});` : `      items${level}.push(item${level});`,
    "    }",
    "  }",
    `  ${to} = items${level};`,
    "}",
  ];
}

function readingOfUnion(shape: UnionShape, to: string, place: CodePlace): readonly string[] {
  const { names, at, level } = place;
  const optional = optionalOf(shape);
  if (optional === undefined) return [`${to} = ${names.unionOf(shape, at).name}.read(reader);`];
  const nullBranch = shape.branches.findIndex((branch) => branch.kind === "null");
  const type = names.typeOf(optional, at);
  return [
    `if (reader.readBranch(2) == ${nullBranch}) {`,
    `  ${to} = null;`,
    "} else {",
    `  let value${level}: ${type};`,
    ...indented(readingOf(optional, `value${level}`, { ...place, level: level + 1 })),
    `  ${to} = ${isValue(optional) ? `new Box<${type}>(value${level})` : `value${level}`};`,
    "}",
  ];
}
