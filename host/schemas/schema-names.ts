// Names in schemas: their grammar, and which full name a short one means.
import type { JsonObject } from "./json-object.ts";

const namePattern = /^[A-Za-z_][A-Za-z0-9_]*$/;
const aggregatePattern = /^[A-Z][A-Za-z0-9]*$/;
const entityTypePattern = /^[a-z][A-Za-z0-9]{0,62}$/;

/** Fine in Avro, but as members of JavaScript objects they are not what they seem. */
const forbiddenNames = new Set(["__proto__", "constructor", "prototype"]);

export function isName(value: unknown): value is string {
  return typeof value === "string" && namePattern.test(value) && !forbiddenNames.has(value);
}

export function isAggregateName(value: unknown): value is string {
  return typeof value === "string" && aggregatePattern.test(value);
}

export function isEntityType(value: unknown): value is string {
  return typeof value === "string" && entityTypePattern.test(value);
}

/** The full name that a name means inside a namespace. */
export function fullNameOf(name: string, namespace: string): string {
  return name.includes(".") || namespace === "" ? name : `${namespace}.${name}`;
}

/** The namespace of the type that a node declares: in its name, its attribute, or that of what it stands in. "" for none. */
export function namespaceOf(node: JsonObject, enclosing: string): string {
  const { name, namespace } = node;
  if (typeof name === "string" && name.includes(".")) return name.slice(0, name.lastIndexOf("."));
  return typeof namespace === "string" ? namespace : enclosing;
}
