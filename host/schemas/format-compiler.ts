// Makes the formats of shapes, one a shape: a record that is part of itself is one format that refers to itself.
import { bytesFormat, fixedFormat } from "./binary-formats.ts";
import { dateFormat, timeFormat, timestampFormat } from "./calendar-formats.ts";
import { arrayFormat, mapFormat } from "./container-formats.ts";
import { decimalFormat } from "./decimal-format.ts";
import { encodeDefault } from "./default-value.ts";
import { durationFormat } from "./duration-format.ts";
import type { Format } from "./format.ts";
import { booleanFormat, doubleFormat, floatFormat, intFormat, longFormat, nullFormat } from "./number-formats.ts";
import { RecordFormat } from "./record-format.ts";
import { branchNameOf, type Logical, type PrimitiveName, type RecordShape, type Shape } from "./shape.ts";
import { enumFormat, stringFormat, uuidFixedFormat, uuidTextFormat } from "./text-formats.ts";
import { unionFormat } from "./union-format.ts";

const primitiveFormats: { readonly [name in PrimitiveName]: Format } = {
  null: nullFormat,
  boolean: booleanFormat,
  int: intFormat,
  long: longFormat,
  float: floatFormat,
  double: doubleFormat,
  bytes: bytesFormat,
  string: stringFormat,
};

/** @param fixedSize - undefined unless the type underneath is fixed. */
function logicalFormat(logical: Logical, fixedSize: number | undefined): Format {
  switch (logical.kind) {
    case "decimal":
      return decimalFormat(logical, fixedSize);
    case "uuid":
      return fixedSize === undefined ? uuidTextFormat : uuidFixedFormat;
    case "duration":
      return durationFormat;
    case "date":
      return dateFormat;
    case "time":
      return timeFormat(logical.unitsPerSecond);
    case "timestamp":
  }
  return timestampFormat(logical);
}

export class FormatCompiler {
  readonly #formats = new Map<Shape, Format>();

  formatOf(shape: Shape): Format {
    const known = this.#formats.get(shape);
    if (known !== undefined) return known;
    if (shape.kind === "record") return this.#record(shape);
    const format = this.#other(shape);
    this.#formats.set(shape, format);
    return format;
  }

  #record(shape: RecordShape): Format {
    const format = new RecordFormat(shape.name);
    this.#formats.set(shape, format);
    format.complete(
      shape.fields.map((field) => ({
        name: field.name,
        format: this.formatOf(field.shape),
        default: encodeDefault(field),
      })),
    );
    return format;
  }

  #other(shape: Exclude<Shape, RecordShape>): Format {
    if (shape.kind === "array") return arrayFormat(this.formatOf(shape.items));
    if (shape.kind === "map") return mapFormat(this.formatOf(shape.values));
    if (shape.kind === "enum") return enumFormat(shape.symbols);
    if (shape.kind === "fixed")
      return shape.logical === undefined ? fixedFormat(shape.size) : logicalFormat(shape.logical, shape.size);
    if (shape.kind !== "union")
      return shape.logical === undefined ? primitiveFormats[shape.kind] : logicalFormat(shape.logical, undefined);
    const branches = shape.branches.map((branch) => ({ name: branchNameOf(branch), format: this.formatOf(branch) }));
    return unionFormat(branches);
  }
}
