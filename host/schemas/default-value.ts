// Defaults of fields. In a schema they are written in Avro's own JSON, not in ours: bytes are text of code points up to 255, a union's
// default belongs to its first branch, and logical types don't show.
import { schemaBytesMax } from "../limits.ts";
import { ByteSink } from "./byte-sink.ts";
import { describe, type Format } from "./format.ts";
import { isJsonObject } from "./json-object.ts";
import { booleanFormat, doubleFormat, floatFormat, intFormat, longFormat, nullFormat } from "./number-formats.ts";
import { enumFormat, stringFormat } from "./text-formats.ts";
import type { FieldShape, RecordShape, Shape } from "./shape.ts";

function writeText(sink: ByteSink, value: unknown, format: Format): void {
  if (typeof value === "string") format.write(sink, value);
  else sink.fault(`is ${describe(value)}, expected a string`);
}

function writeNumber(sink: ByteSink, value: unknown, format: Format): void {
  if (typeof value === "number") format.write(sink, value);
  else sink.fault(`is ${describe(value)}, expected a number`);
}

function latin1Of(sink: ByteSink, value: unknown): Buffer | undefined {
  // oxlint-disable-next-line no-control-regex -- all of the first 256 code points stand for bytes
  if (typeof value === "string" && /^[\u0000-\u00ff]*$/.test(value)) return Buffer.from(value, "latin1");
  sink.fault(`is ${describe(value)}, expected a string of code points from 0 to 255, one a byte`);
  return undefined;
}

function writeRecord(sink: ByteSink, shape: RecordShape, value: unknown): void {
  if (!isJsonObject(value)) {
    sink.fault(`is ${describe(value)}, expected an object with the fields of ${shape.name}`);
    return;
  }
  if (!sink.enter()) return;
  const start = sink.length;
  for (const field of shape.fields) {
    // One fault is enough: without an end to it, defaults that hold two defaults each could take for ever.
    if (sink.faults.count > 0) break;
    sink.path.at(field.name);
    if (Object.hasOwn(value, field.name)) writeDefault(sink, field.shape, value[field.name]);
    else if (field.default === undefined) sink.fault("is missing");
    else writeDefault(sink, field.shape, field.default.json);
  }
  if (sink.length === start) sink.countItems(1);
  sink.leave();
}

function writeItems(sink: ByteSink, entries: readonly (readonly [string | number, unknown])[], shape: Shape): void {
  if (!sink.countItems(entries.length) || !sink.enter()) return;
  if (entries.length > 0) sink.long(entries.length);
  for (const [key, value] of entries) {
    if (sink.faults.count > 0) break;
    sink.path.at(key);
    if (typeof key === "string") sink.text(key);
    writeDefault(sink, shape, value);
  }
  sink.byte(0);
  sink.leave();
}

/** Writes a default in Avro binary; what is wrong with it is noted at the sink. */
export function writeDefault(sink: ByteSink, shape: Shape, value: unknown): void {
  switch (shape.kind) {
    case "null":
      return nullFormat.write(sink, value);
    case "boolean":
      return booleanFormat.write(sink, value);
    case "int":
      return writeNumber(sink, value, intFormat);
    case "long":
      return writeNumber(sink, value, longFormat);
    case "float":
      return writeNumber(sink, value, floatFormat);
    case "double":
      return writeNumber(sink, value, doubleFormat);
    case "string":
      return writeText(sink, value, stringFormat);
    case "enum":
      return writeText(sink, value, enumFormat(shape.symbols));
    case "bytes": {
      const bytes = latin1Of(sink, value);
      if (bytes !== undefined) sink.bytes(bytes);
      return undefined;
    }
    case "fixed": {
      const bytes = latin1Of(sink, value);
      if (bytes === undefined) return undefined;
      if (bytes.length === shape.size) sink.raw(bytes);
      else sink.fault(`holds ${bytes.length} bytes, expected ${shape.size}`);
      return undefined;
    }
    case "array":
      if (Array.isArray(value)) writeItems(sink, [...value.entries()], shape.items);
      else sink.fault(`is ${describe(value)}, expected an array`);
      return undefined;
    case "map":
      if (isJsonObject(value)) writeItems(sink, Object.entries(value), shape.values);
      else sink.fault(`is ${describe(value)}, expected an object`);
      return undefined;
    case "union": {
      const [first] = shape.branches;
      sink.int(0);
      // Readers of older Avro versions know no other default of a union than that of its first branch.
      if (first !== undefined) writeDefault(sink, first, value);
      return undefined;
    }
    case "record":
      return writeRecord(sink, shape, value);
  }
}

const scratch = new ByteSink({ bytesMax: schemaBytesMax });

/** A field's default in Avro binary, or undefined when it has none. The default has been found to be right. */
export function encodeDefault(field: FieldShape): Uint8Array | undefined {
  if (field.default === undefined) return undefined;
  scratch.open("");
  writeDefault(scratch, field.shape, field.default.json);
  return scratch.finish();
}
