// A payload to begin with, made of a schema: each field with its default, or with something of its type.

/** @import { AvroObject, AvroType } from "./shapes.d.ts" */

/** Values within values: a schema may well contain itself. */
const depthMax = 6;

/** @param {AvroObject} record @param {readonly AvroObject[]} types - those of its schema */
export function payloadSample(record, types) {
  return recordSample(record, types, 0);
}

/** @param {AvroObject} record @param {readonly AvroObject[]} types @param {number} depth @returns {unknown} */
function recordSample({ fields = [] }, types, depth) {
  return Object.fromEntries(
    fields.map((field) => [field.name, "default" in field ? field.default : sampleOf(field.type, types, depth + 1)]),
  );
}

/** @param {AvroType} type @param {readonly AvroObject[]} types @param {number} depth @returns {unknown} */
function sampleOf(type, types, depth) {
  if (depth > depthMax) return null;
  if (typeof type === "string") return namedSample(type, types, depth);
  if (isUnion(type)) return type.includes("null") ? null : sampleOf(type[0] ?? "null", types, depth);
  const logical = logicalSample(type);
  if (logical !== undefined) return logical;
  if (type.type === "record") return recordSample(type, types, depth);
  if (type.type === "enum") return type.symbols?.[0] ?? "";
  if (type.type === "array") return [];
  if (type.type === "map") return {};
  return sampleOf(type.type, types, depth);
}

/** @param {string} name @param {readonly AvroObject[]} types @param {number} depth @returns {unknown} */
function namedSample(name, types, depth) {
  if (["int", "long", "float", "double"].includes(name)) return 0;
  if (["string", "bytes", "fixed"].includes(name)) return "";
  if (name === "boolean") return false;
  const found = types.find((type) => type.name === name || `${type.namespace}.${type.name}` === name);
  return found === undefined ? null : sampleOf(found, types, depth + 1);
}

/** @param {AvroObject} type @returns {unknown} */
function logicalSample({ logicalType = "", scale = 0 }) {
  const now = new Date().toISOString();
  if (logicalType === "decimal") return (0).toFixed(scale);
  if (logicalType === "date") return now.slice(0, 10);
  if (logicalType.startsWith("time-")) return now.slice(11, 19);
  if (logicalType.startsWith("timestamp-") || logicalType.startsWith("local-timestamp-")) return now;
  return logicalType === "uuid" ? crypto.randomUUID() : undefined;
}

/** @param {AvroType} type @returns {type is readonly AvroType[]} */
function isUnion(type) {
  return Array.isArray(type);
}
