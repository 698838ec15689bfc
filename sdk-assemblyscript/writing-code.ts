// Generated code that writes a value as Avro binary.
import type { Shape, UnionShape } from "../host/schemas/shape.ts";
import { indented } from "./code-lines.ts";
import type { CodePlace } from "./reading-code.ts";
import { decimalOf, isValue, optionalOf, pascal } from "./type-names.ts";

/** Statements that write a value to `writer`. */
export function writingOf(shape: Shape, from: string, place: CodePlace): readonly string[] {
  const decimal = decimalOf(shape);
  if (decimal !== undefined) {
    const { precision, scale } = decimal;
    return shape.kind === "fixed"
      ? [`${from}.writeFixedTo(writer, ${shape.size}, ${precision}, ${scale});`]
      : [`${from}.writeTo(writer, ${precision}, ${scale});`];
  }
  switch (shape.kind) {
    case "null":
      return [];
    case "boolean":
    case "int":
    case "long":
    case "float":
    case "double":
    case "bytes":
    case "string":
      return [`writer.write${pascal(shape.kind)}(${from});`];
    case "fixed":
    case "record":
      return [`${from}.write(writer);`];
    case "enum":
      return [`writer.writeInt(${from});`];
    case "array":
      return writingOfArray(shape.items, from, place);
    case "map":
      return writingOfMap(shape.values, from, place);
    case "union":
      return writingOfUnion(shape, from, place);
  }
}

function writingOfArray(item: Shape, from: string, place: CodePlace): readonly string[] {
  const { level } = place;
  return [
    "{",
    `  const items${level} = ${from};`,
    `  if (items${level}.length > 0) writer.writeLong(items${level}.length);`,
    `  for (let index${level} = 0; index${level} < items${level}.length; index${level}++) {`,
    `    const item${level} = items${level}[index${level}];`,
    ...indented(indented(writingOf(item, `item${level}`, { ...place, level: level + 1 }))),
    "  }",
    "  writer.writeLong(0);",
    "}",
  ];
}

/** Entries are written in the order in which they were set, so that the same values give the same bytes. */
function writingOfMap(value: Shape, from: string, place: CodePlace): readonly string[] {
  const { level } = place;
  return [
    "{",
    `  const keys${level} = ${from}.keys();`,
    `  const values${level} = ${from}.values();`,
    `  if (keys${level}.length > 0) writer.writeLong(keys${level}.length);`,
    `  for (let index${level} = 0; index${level} < keys${level}.length; index${level}++) {`,
    `    writer.writeString(keys${level}[index${level}]);`,
    `    const item${level} = values${level}[index${level}];`,
    ...indented(indented(writingOf(value, `item${level}`, { ...place, level: level + 1 }))),
    "  }",
    "  writer.writeLong(0);",
    "}",
  ];
}

function writingOfUnion(shape: UnionShape, from: string, place: CodePlace): readonly string[] {
  const optional = optionalOf(shape);
  if (optional === undefined) return [`${from}.write(writer);`];
  const { level } = place;
  const nullBranch = shape.branches.findIndex((branch) => branch.kind === "null");
  const value = isValue(optional) ? `value${level}.value` : `value${level}`;
  // A decimal's `===` compares amounts, which tells the compiler nothing about null; a text's `!` is true of an empty one.
  const isNull = decimalOf(optional) === undefined ? `value${level} === null` : `!value${level}`;
  return [
    "{",
    `  const value${level} = ${from};`,
    `  if (${isNull}) {`,
    `    writer.writeLong(${nullBranch});`,
    "  } else {",
    `    writer.writeLong(${1 - nullBranch});`,
    ...indented(indented(writingOf(optional, value, { ...place, level: level + 1 }))),
    "  }",
    "}",
  ];
}
