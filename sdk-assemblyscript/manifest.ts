// `evento.json`: what a function's folder says of itself.
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";

import { EventoError, reasonOf, type Fault } from "../host/errors.ts";
import { parseAggregateSchema, type AggregateSchema } from "../host/schemas/aggregate-schema.ts";

export const manifestName = "evento.json";

export type Manifest =
  /** A handler, an aggregator, or both in one component. */
  | { readonly kind: "aggregate"; readonly name: string; readonly schema: AggregateSchema }
  | {
      readonly kind: "dispatcher";
      readonly name: string;
      /** `Aggregate.Event`, or `*`. */
      readonly events: readonly string[];
      readonly schemas: readonly AggregateSchema[];
    }
  | { readonly kind: "rules"; readonly name: string; readonly rules: unknown };

/** What a function may be called; the host keeps `evento` for itself. */
export const functionNamePattern = /^(?!evento$)[a-z][a-z0-9-]{0,62}$/;

const known = ["name", "schema", "events", "schemas", "rules"];

/**
 * Reads `evento.json` of a function's folder, and the schemas that it names, by paths from the folder.
 *
 * @throws EventoError MANIFEST_INVALID, SCHEMA_INVALID with the file's name.
 */
export async function readManifest(directory: string): Promise<Manifest> {
  const path = join(directory, manifestName);
  const fields = await readJson(path, "MANIFEST_INVALID");
  if (typeof fields !== "object" || fields === null || Array.isArray(fields))
    throw invalid(path, [{ path: "", message: "is not an object" }]);
  const faults: Fault[] = Object.keys(fields)
    .filter((field) => !known.includes(field))
    .map((field) => ({ path: field, message: `is unknown, expected ${known.join(", ")}` }));
  const read: { readonly [field: string]: unknown } = { ...fields };
  const { name, schema, events, schemas, rules } = read;
  if (typeof name !== "string" || !functionNamePattern.test(name)) {
    faults.push({ path: "name", message: "is not of the form [a-z][a-z0-9-]{0,62}, or is evento" });
    throw invalid(path, faults);
  }
  if (faults.length > 0) throw invalid(path, faults);
  if (typeof schema === "string") return { kind: "aggregate", name, schema: await readSchema(directory, schema) };
  if (typeof rules === "string")
    return { kind: "rules", name, rules: await readJson(resolve(directory, rules), "MANIFEST_INVALID") };
  if (isTexts(events) && isTexts(schemas)) {
    const parsed: AggregateSchema[] = [];
    for (const file of schemas) parsed.push(await readSchema(directory, file));
    return { kind: "dispatcher", name, events, schemas: parsed };
  }
  throw invalid(path, [{ path: "", message: 'names neither "schema", nor "events" and "schemas", nor "rules"' }]);
}

async function readSchema(directory: string, file: string): Promise<AggregateSchema> {
  const path = resolve(directory, file);
  const value = await readJson(path, "SCHEMA_INVALID");
  try {
    return parseAggregateSchema(value);
  } catch (error) {
    if (!(error instanceof EventoError)) throw error;
    throw new EventoError(error.code, `${path}: ${error.message}`, {
      cause: error,
      faults: error.faults,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }
}

async function readJson(path: string, code: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new EventoError(code, `${path} can't be read: ${reasonOf(cause)}`, { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new EventoError(code, `${path} is not JSON: ${reasonOf(cause)}`, { cause });
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function invalid(path: string, faults: readonly Fault[]): EventoError {
  const [first] = faults;
  return new EventoError("MANIFEST_INVALID", `${path}: ${first?.path === "" ? "it" : first?.path} ${first?.message}`, {
    faults,
    hint: 'a function\'s folder says {"name", "schema"}, or {"name", "events", "schemas"}, or {"name", "rules"}',
  });
}
