// Logical types: which there are, and what each may annotate. A name that Avro does not define is ignored, as Avro says; one that is known
// and does not fit is a mistake that would otherwise be ignored silently.
import { decimalDigitsMax } from "../limits.ts";
import { decimalDigitsIn } from "./decimal-format.ts";
import type { JsonObject } from "./json-object.ts";
import type { Logical, PrimitiveName } from "./shape.ts";

type Definition = {
  readonly annotates: readonly (PrimitiveName | "fixed")[];
  /** Bytes of the fixed that it may annotate. */
  readonly size?: number;
  readonly logical: Logical;
};

function timestamp(unitsPerSecond: number, local: boolean): Definition {
  return { annotates: ["long"], logical: { kind: "timestamp", unitsPerSecond, local } };
}

const definitions = new Map<unknown, Definition>([
  ["uuid", { annotates: ["string", "fixed"], size: 16, logical: { kind: "uuid" } }],
  ["duration", { annotates: ["fixed"], size: 12, logical: { kind: "duration" } }],
  ["date", { annotates: ["int"], logical: { kind: "date" } }],
  ["time-millis", { annotates: ["int"], logical: { kind: "time", unitsPerSecond: 1_000 } }],
  ["time-micros", { annotates: ["long"], logical: { kind: "time", unitsPerSecond: 1_000_000 } }],
  ["timestamp-millis", timestamp(1_000, false)],
  ["timestamp-micros", timestamp(1_000_000, false)],
  ["timestamp-nanos", timestamp(1_000_000_000, false)],
  ["local-timestamp-millis", timestamp(1_000, true)],
  ["local-timestamp-micros", timestamp(1_000_000, true)],
  ["local-timestamp-nanos", timestamp(1_000_000_000, true)],
]);

export type Annotated = { readonly kind: PrimitiveName | "fixed"; readonly size?: number };

/** A logical type or none, and what is wrong with the annotation in the words of a fault. */
export type LogicalRead = { readonly logical?: Logical; readonly fault?: string };

function readDecimal(node: JsonObject, { kind, size }: Annotated): LogicalRead {
  const { precision, scale = 0 } = node;
  if (kind !== "bytes" && kind !== "fixed") return { fault: `decimal annotates ${kind}, expected bytes or fixed` };
  const precisionMax = size === undefined ? decimalDigitsMax : Math.min(decimalDigitsMax, decimalDigitsIn(size));
  if (typeof precision !== "number" || !Number.isInteger(precision) || precision < 1 || precision > precisionMax)
    return {
      fault: `decimal has precision ${JSON.stringify(precision)}, expected a whole number from 1 to ${precisionMax}`,
    };
  if (typeof scale !== "number" || !Number.isInteger(scale) || scale < 0 || scale > precision)
    return { fault: `decimal has scale ${JSON.stringify(scale)}, expected a whole number from 0 to ${precision}` };
  return { logical: { kind: "decimal", precision, scale } };
}

/** Reads the attribute `logicalType` of a type. */
export function readLogical(node: JsonObject, annotated: Annotated): LogicalRead {
  const name = node["logicalType"];
  if (name === "decimal") return readDecimal(node, annotated);
  const definition = definitions.get(name);
  if (definition === undefined) return {};
  if (!definition.annotates.includes(annotated.kind))
    return { fault: `${String(name)} annotates ${annotated.kind}, expected ${definition.annotates.join(" or ")}` };
  if (annotated.size !== undefined && annotated.size !== definition.size)
    return { fault: `${String(name)} annotates ${annotated.size} bytes, expected ${definition.size}` };
  return { logical: definition.logical };
}

/** Whether values written under one annotation mean the same, and are as valid, under another. */
export function logicalReads(reader: Logical | undefined, writer: Logical | undefined): boolean {
  if (reader === undefined) return true;
  if (writer === undefined || reader.kind !== writer.kind) return false;
  if (reader.kind === "decimal" && writer.kind === "decimal")
    return reader.precision === writer.precision && reader.scale === writer.scale;
  if (reader.kind === "time" && writer.kind === "time") return reader.unitsPerSecond === writer.unitsPerSecond;
  if (reader.kind === "timestamp" && writer.kind === "timestamp")
    return reader.unitsPerSecond === writer.unitsPerSecond && reader.local === writer.local;
  return true;
}

/** A logical type in words that also tell its parameters. */
export function logicalText(logical: Logical | undefined): string {
  if (logical === undefined) return "no logical type";
  if (logical.kind === "decimal") return `decimal(${logical.precision}, ${logical.scale})`;
  if (logical.kind === "time") return `time in 1/${logical.unitsPerSecond} s`;
  if (logical.kind !== "timestamp") return logical.kind;
  return `${logical.local ? "local timestamp" : "timestamp"} in 1/${logical.unitsPerSecond} s`;
}
