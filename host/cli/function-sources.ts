// Which files a function is made of, and a digest of them: what is unchanged needs no new build.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

import { manifestName } from "../../sdk-assemblyscript/manifest.ts";
import { fieldOf, listField } from "../client/json-fields.ts";

const authorFiles = ["handler.ts", "aggregator.ts", "dispatcher.ts"];
const relativeImport = /(?:\bfrom|\bimport)\s*["'](\.{1,2}\/[^"']+)["']/g;
const repository = resolve(import.meta.dirname, "../..");
/** What turns sources into components: another compiler may make other bytes of the same sources. */
const toolchain = ["package.json", "sdk-assemblyscript", "host/schemas"].map((path) => join(repository, path));

/** Hex SHA-256 over a function's files, those that are not there too, and over the toolchain. */
export function sourceDigest(directory: string): string {
  const hash = createHash("sha256").update(toolchainDigest());
  for (const path of sourceFiles(directory))
    hash.update(`\0${relative(directory, path)}\0`).update(textOf(path) ?? "absent");
  return hash.digest("hex");
}

/** Paths of all that a build reads: the manifest, what it names, the author's files and what they import. */
function sourceFiles(directory: string): string[] {
  const manifest = join(directory, manifestName);
  const paths = new Set([manifest, ...namedIn(manifest).map((path) => resolve(directory, path))]);
  const waiting = authorFiles.map((file) => join(directory, file));
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (paths.has(path)) continue;
    paths.add(path);
    waiting.push(...importsOf(path));
  }
  return [...paths].toSorted();
}

function namedIn(manifest: string): string[] {
  let fields: unknown;
  try {
    fields = JSON.parse(textOf(manifest) ?? "{}");
  } catch {
    // The build will say what is wrong with it.
    return [];
  }
  return [fieldOf(fields, "schema"), fieldOf(fields, "rules"), ...listField(fields, "schemas")].filter(
    (path) => typeof path === "string",
  );
}

function importsOf(path: string): string[] {
  return [...(textOf(path) ?? "").matchAll(relativeImport)]
    .map(([, specifier = ""]) => resolve(dirname(path), specifier))
    .filter((target) => !target.split("/").includes("generated"))
    .flatMap((target) => (target.endsWith(".ts") ? [target] : [`${target}.ts`, join(target, "index.ts")]));
}

let toolchainDigestOnce: string | undefined;

function toolchainDigest(): string {
  if (toolchainDigestOnce !== undefined) return toolchainDigestOnce;
  const hash = createHash("sha256");
  for (const path of toolchain.flatMap(filesUnder)) hash.update(`\0${path}\0`).update(readFileSync(path));
  toolchainDigestOnce = hash.digest("hex");
  return toolchainDigestOnce;
}

function filesUnder(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
