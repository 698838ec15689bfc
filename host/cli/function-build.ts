// Builds a function, or takes what an earlier build of the same sources left in its `build/`.
//
//   build/greeting.wasm   the component, as `evento deploy` takes it
//   build/greeting.json   digests of the sources that it was made of, and of its bytes
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { readManifest } from "../../sdk-assemblyscript/manifest.ts";
import { sourceDigest } from "./function-sources.ts";
import { textField } from "../client/json-fields.ts";

export type BuiltComponent = { readonly kind: "component"; readonly name: string; readonly component: Uint8Array };
export type BuiltRules = { readonly kind: "rules"; readonly name: string; readonly rules: unknown };

export type FunctionBuild = (BuiltComponent | BuiltRules) & {
  readonly directory: string;
  /** Where the component is; undefined for rules. */
  readonly file: string | undefined;
  /** What depends on schemas of others goes after them. */
  readonly rank: number;
  /** False when an earlier build was taken. */
  readonly fresh: boolean;
  readonly durationMs: number;
};

/** Compiles a function's folder; the SDK's `buildFunction`, here or in another thread. */
export type Compile = (directory: string) => Promise<BuiltComponent | BuiltRules>;

/** Aggregates bring the schemas that dispatchers read; rules bring none. */
const ranks = { aggregate: 0, dispatcher: 1, rules: 2 } as const;

/** @throws EventoError MANIFEST_INVALID, SCHEMA_INVALID, BUILD_FAILED with a fault a diagnostic */
export async function functionBuild(directory: string, compile: Compile): Promise<FunctionBuild> {
  const began = performance.now();
  const manifest = await readManifest(directory);
  const rank = ranks[manifest.kind];
  const common = { directory, rank, name: manifest.name };
  if (manifest.kind === "rules") {
    const durationMs = performance.now() - began;
    return { ...common, kind: "rules", rules: manifest.rules, file: undefined, fresh: true, durationMs };
  }
  const file = join(directory, "build", `${manifest.name}.wasm`);
  const sources = sourceDigest(directory);
  const kept = await keptBuild(file, sources);
  const component = kept ?? (await compiled(directory, compile));
  if (kept === undefined) await keepBuild(file, sources, component);
  return {
    ...common,
    kind: "component",
    component,
    file,
    fresh: kept === undefined,
    durationMs: performance.now() - began,
  };
}

async function compiled(directory: string, compile: Compile): Promise<Uint8Array> {
  const built = await compile(directory);
  if (built.kind === "component") return built.component;
  throw new Error(`invariant broken: ${directory} was found to be no rules`);
}

async function keptBuild(file: string, sources: string): Promise<Uint8Array | undefined> {
  try {
    const note: unknown = JSON.parse(await readFile(noteOf(file), "utf8"));
    if (textField(note, "sources") !== sources) return undefined;
    const component = await readFile(file);
    return textField(note, "component") === sha256(component) ? component : undefined;
  } catch {
    // Nothing was kept, or half of it: it is built again.
    return undefined;
  }
}

async function keepBuild(file: string, sources: string, component: Uint8Array): Promise<void> {
  await mkdir(join(file, ".."), { recursive: true });
  const note = JSON.stringify({ sources, component: sha256(component) });
  for (const [path, content] of [
    [file, component],
    [noteOf(file), note],
  ] as const) {
    // Whoever deploys the file meanwhile never sees half of it.
    await writeFile(`${path}.new`, content);
    await rename(`${path}.new`, path);
  }
}

function noteOf(file: string): string {
  return file.replace(/\.wasm$/, ".json");
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
