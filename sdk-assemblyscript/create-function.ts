// A new function that builds and passes its tests, to be changed from there. The template is a function itself: an aggregate called
// Thing, whose name is exchanged for the wanted one.
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, extname, join, relative, resolve, sep } from "node:path";

import { EventoError } from "../host/errors.ts";
import { parseAggregateSchema } from "../host/schemas/aggregate-schema.ts";
import { moduleNameOf } from "./entry-generator.ts";
import { functionNamePattern } from "./manifest.ts";
import { TypeNames } from "./type-names.ts";

const template = join(import.meta.dirname, "templates", "aggregate");
const testingKit = join(import.meta.dirname, "testing.ts");
/** In the package this file is JavaScript, and the testing kit has a name there. */
const isPackaged = extname(import.meta.filename) === ".js";

/**
 * Writes a handler and an aggregator with their schema and tests.
 *
 * @param options - `directory` is the function's folder, which is made; the schema goes to `schemas/` beside the folder that it is in,
 *   unless `schemas` says otherwise. `aggregate` is a name such as `SavingsAccount`.
 * @returns paths of the files written.
 * @throws EventoError NAME_INVALID; FUNCTION_EXISTS when one of the files is there, and then writes none.
 */
export async function createFunction({
  directory,
  name,
  aggregate,
  schemas = resolve(directory, "..", "..", "schemas"),
}: {
  readonly directory: string;
  readonly name: string;
  readonly aggregate: string;
  readonly schemas?: string;
}): Promise<string[]> {
  requireName(name);
  requireAggregate(aggregate);
  const schema = join(schemas, name, `${aggregate}.avsc`);
  const files = new Map([
    [schema, await templateText("Thing.avsc", aggregate)],
    [join(directory, "evento.json"), manifestText(name, slashed(relative(directory, schema)))],
    [join(directory, "handler.ts"), await templateText("handler.ts", aggregate)],
    [join(directory, "aggregator.ts"), await templateText("aggregator.ts", aggregate)],
    [join(directory, `${name}.test.ts`), await testText(directory, aggregate)],
  ]);
  for (const path of files.keys()) await requireAbsent(path);
  for (const [path, text] of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
  }
  return [...files.keys()];
}

function requireName(name: string): void {
  if (functionNamePattern.test(name)) return;
  throw new EventoError(
    "NAME_INVALID",
    `found the name ${name}, expected one of the form [a-z][a-z0-9-]{0,62} other than evento`,
    {
      hint: "use small letters, such as savings-account",
    },
  );
}

function requireAggregate(aggregate: string): void {
  const hint = "an aggregate is named as a type is, such as SavingsAccount";
  if (!/^[A-Z][A-Za-z0-9]*$/.test(aggregate))
    throw new EventoError(
      "NAME_INVALID",
      `found the aggregate ${aggregate}, expected one of the form [A-Z][A-Za-z0-9]*`,
      {
        hint,
      },
    );
  const root = { type: "record", name: aggregate, namespace: aggregate, evento: "root", entity: "one", fields: [] };
  const { types, root: codec } = parseAggregateSchema([root]);
  if (new TypeNames(types.values()).classOf(codec.shape) !== aggregate)
    throw new EventoError("NAME_INVALID", `${aggregate} is a name that functions have another use for`, { hint });
}

async function requireAbsent(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return;
  throw new EventoError("FUNCTION_EXISTS", `${path} is there already`, {
    hint: "choose another name, or change what is there",
  });
}

async function templateText(file: string, aggregate: string): Promise<string> {
  const text = await readFile(join(template, file), "utf8");
  const entity = aggregate.charAt(0).toLowerCase() + aggregate.slice(1);
  return text
    .replaceAll("generated/thing", `generated/${moduleNameOf(aggregate)}`)
    .replaceAll("Thing", aggregate)
    .replaceAll(/\bthing(?=\b|[A-Z])/g, entity);
}

function manifestText(name: string, schema: string): string {
  return `{ "name": ${JSON.stringify(name)}, "schema": ${JSON.stringify(schema)} }\n`;
}

async function testText(directory: string, aggregate: string): Promise<string> {
  const kit = isPackaged ? "evento/testing" : slashed(relative(directory, testingKit));
  return (await templateText("thing.test.ts", aggregate)).replace('"../../testing.ts"', JSON.stringify(kit));
}

/** A path as imports and manifests have it on every system. */
function slashed(path: string): string {
  const text = path.split(sep).join("/");
  return text.startsWith(".") ? text : `./${text}`;
}
