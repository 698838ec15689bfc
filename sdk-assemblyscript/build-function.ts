// A function's folder to what can be deployed: a component, or rules.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { EventoError } from "../host/errors.ts";
import type { AggregateSchema } from "../host/schemas/aggregate-schema.ts";
import { authorFileOf, type AuthorFile } from "./author-functions.ts";
import { generateClasses } from "./class-generator.ts";
import { compile } from "./compile.ts";
import { componentOf, type Export } from "./componentize.ts";
import { textOf, type Diagnostic } from "./diagnostic.ts";
import { aggregateEntryOf, dispatcherEntryOf, moduleNameOf, type AuthorFiles, type Entry } from "./entry-generator.ts";
import { readManifest, type Manifest } from "./manifest.ts";

export type BuiltFunction =
  | {
      readonly kind: "component";
      readonly name: string;
      readonly manifest: Exclude<Manifest, { kind: "rules" }>;
      readonly component: Uint8Array;
      /** The core module inside: what tests of functions run. */
      readonly core: Uint8Array;
    }
  | { readonly kind: "rules"; readonly name: string; readonly rules: unknown };

/**
 * Builds the function in a folder. The same sources give the same bytes.
 *
 * Writes the generated classes to `generated/` in the folder, for editors; nothing reads them back.
 *
 * @throws EventoError BUILD_FAILED with a line a diagnostic; MANIFEST_INVALID, SCHEMA_INVALID, SCHEMA_NOT_SUPPORTED.
 */
export async function buildFunction(directory: string): Promise<BuiltFunction> {
  const manifest = await readManifest(directory);
  if (manifest.kind === "rules") return { kind: "rules", name: manifest.name, rules: manifest.rules };
  const files = await authorFilesOf(directory, manifest);
  requireNone(
    directory,
    [files.handler, files.aggregator, files.dispatcher].flatMap((file) => file?.faults ?? []),
  );
  const schemas = manifest.kind === "aggregate" ? [manifest.schema] : manifest.schemas;
  const generated = await generatedFiles(directory, schemas);
  const entry = entryOf(manifest, files);
  requireNone(directory, entry.diagnostics);
  const { core, diagnostics } = compile(directory, generated.set("generated/entry.ts", entry.text));
  requireNone(
    directory,
    diagnostics.map((diagnostic) => inAuthorsWords(diagnostic, entry.text, files)),
  );
  const exports: Export[] = [];
  if (files.handler !== undefined) exports.push("handle");
  if (files.aggregator !== undefined) exports.push("aggregate");
  if (files.dispatcher !== undefined) exports.push("dispatch");
  return { kind: "component", name: manifest.name, manifest, core, component: await componentOf(core, exports) };
}

async function authorFilesOf(directory: string, manifest: Manifest): Promise<AuthorFiles> {
  const names = manifest.kind === "dispatcher" ? (["dispatcher"] as const) : (["handler", "aggregator"] as const);
  const files: { [name: string]: AuthorFile } = {};
  for (const name of names) {
    const file = `${name}.ts`;
    const text = await readFile(join(directory, file), "utf8").catch(() => undefined);
    if (text !== undefined) files[name] = authorFileOf(file, text);
  }
  if (Object.keys(files).length === 0)
    throw new EventoError("BUILD_FAILED", `${directory} has no ${names.map((name) => `${name}.ts`).join(" and no ")}`, {
      hint: "write one: sdk-assemblyscript/README.md shows how, and `evento new` makes one that runs",
    });
  return files;
}

async function generatedFiles(directory: string, schemas: readonly AggregateSchema[]): Promise<Map<string, string>> {
  const folder = join(directory, "generated");
  await mkdir(folder, { recursive: true });
  const files = new Map<string, string>();
  for (const schema of schemas) {
    const name = `${moduleNameOf(schema.name)}.ts`;
    const text = generateClasses(schema);
    files.set(`generated/${name}`, text);
    const before = await readFile(join(folder, name), "utf8").catch(() => undefined);
    if (before !== text) await writeFile(join(folder, name), text);
  }
  return files;
}

function entryOf(manifest: Exclude<Manifest, { kind: "rules" }>, files: AuthorFiles): Entry {
  if (manifest.kind === "aggregate") return aggregateEntryOf(manifest.schema, files);
  if (files.dispatcher === undefined) throw new Error("invariant broken: a dispatcher was found to have its file");
  return dispatcherEntryOf(manifest, files.dispatcher);
}

/** Where the hidden entry does not fit an author's function, that function is the place to look at. */
function inAuthorsWords(diagnostic: Diagnostic, entry: string, files: AuthorFiles): Diagnostic {
  if (diagnostic.file !== "generated/entry.ts") return diagnostic;
  const line = entry.split("\n")[diagnostic.line - 1] ?? "";
  const [, kind, name] = /\b(handler|aggregator|dispatcher)\.(\w+)\(/.exec(line) ?? [];
  const author = Object.values(files).find(({ file }) => file === `${kind}.ts`);
  const called = author?.functions.find((one) => one.name === name);
  if (author === undefined || called === undefined) return diagnostic;
  return { file: author.file, line: called.line, column: called.column, message: diagnostic.message };
}

function requireNone(directory: string, diagnostics: readonly Diagnostic[]): void {
  if (diagnostics.length === 0) return;
  throw new EventoError("BUILD_FAILED", `${directory} does not compile:\n${textOf(diagnostics)}`, {
    faults: diagnostics.map(({ file, line, column, message }) => ({
      path: line === 0 ? file : `${file}:${line}:${column}`,
      message,
    })),
  });
}
