// Values for a JSON Schema of the OpenAPI document: such as fit it, and such as are off it somewhere.
import * as fc from "fast-check";

import { isObject } from "../rest/json-schema-check.ts";

type Named = { readonly [name: string]: unknown };

/** What means something to the host under test: for members of some names, and ("") for all others. */
export type Words = { readonly [member: string]: readonly string[] };

type Given = { readonly named: Named; readonly words: Words; readonly member?: string };

const depthMax = 4;
const strange = fc.constantFrom(
  "",
  "0",
  "-1",
  "9007199254740993",
  "__proto__",
  "constructor",
  "..",
  "%00",
  "a!0",
  "\u0000",
  "\ud800",
  "null",
  "x".repeat(300),
);

export function textOf(words: Words, member = ""): fc.Arbitrary<string> {
  const known = Object.hasOwn(words, member) ? words[member] : words[""];
  return fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...(known ?? [])) },
    { weight: 1, arbitrary: strange },
    { weight: 2, arbitrary: fc.string({ maxLength: 40 }) },
  );
}

/** Mostly what fits; every part of it is now and then something else. */
export function valueOf(schema: unknown, given: Given, depth = 0): fc.Arbitrary<unknown> {
  const fits = fittingOf(schema, given, depth);
  return fc.oneof({ weight: 15, arbitrary: fits }, { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) });
}

function fittingOf(schema: unknown, given: Given, depth: number): fc.Arbitrary<unknown> {
  if (!isObject(schema) || depth > depthMax) return fc.jsonValue({ maxDepth: 1 });
  const ref = schema["$ref"];
  if (typeof ref === "string") {
    const name = ref.replace("#/components/schemas/", "");
    return fittingOf(given.named[name], given, depth);
  }
  const { enum: choices, const: only, oneOf } = schema;
  if (only !== undefined) return fc.constant(only);
  if (Array.isArray(choices)) return fc.constantFrom(...choices);
  if (Array.isArray(oneOf)) return fc.oneof(...oneOf.map((branch) => valueOf(branch, given, depth)));
  switch (Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"]) {
    case "string":
      return textOf(given.words, given.member);
    case "integer":
      return fc.oneof(fc.nat({ max: 20 }), fc.integer(), fc.maxSafeInteger());
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(valueOf(schema["items"], given, depth + 1), { maxLength: 3 });
    case "object":
      return objectOf(schema, given, depth);
    default:
      return payload;
  }
}

/** What has no schema of its own is mostly a payload. */
const payload = fc.oneof(
  { weight: 4, arbitrary: fc.record({ n: fc.integer({ min: -5, max: 5 }) }) },
  fc.record({ item: fc.constantFrom("item:1", "item:2") }),
  fc.record({ how: fc.constantFrom("fail", "empty") }),
  fc.jsonValue({ maxDepth: 3 }),
);

function objectOf(schema: Named, given: Given, depth: number): fc.Arbitrary<unknown> {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  const names = Object.keys(properties);
  const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : [];
  const members = Object.fromEntries(
    names.map((name) => [name, valueOf(properties[name], { ...given, member: name }, depth + 1)]),
  );
  if (names.length === 0) return fc.dictionary(textOf(given.words), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 });
  return fc.oneof(
    { weight: 10, arbitrary: fc.record(members, { requiredKeys: required.filter((name) => names.includes(name)) }) },
    { weight: 1, arbitrary: fc.record(members, { requiredKeys: [] }) },
  );
}
