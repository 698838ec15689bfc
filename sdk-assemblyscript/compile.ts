// AssemblyScript to a core module, in memory: the author's files, the generated ones, and the SDK under the name "evento".
// The compiler is driven by hand and not by its `asc`, which ends the process when the compiler trips over a source.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import * as assemblyscript from "assemblyscript";
import { libraryFiles, libraryPrefix } from "assemblyscript/asc";

import { reasonOf } from "../host/errors.ts";
import { diagnosticOf, type Diagnostic } from "./diagnostic.ts";
import { impuritiesOf } from "./purity.ts";

/** Where the SDK's own AssemblyScript lies. */
const library = join(import.meta.dirname, "assembly");
const entryFile = "generated/entry.ts";

/** How the compiler asks for the files of this package. */
const packagePath = /^~lib\/evento(?:\/(.+))?$/;

/** Level 3 takes twice as long and makes nothing faster: measured on handlers and on folding. */
const optimizeLevel = 2;
const shrinkLevel = 0;
const runtimeFile = `${libraryPrefix}rt/index-minimal`;

export type Compiled = { readonly core: Uint8Array; readonly diagnostics: readonly Diagnostic[] };

/** A text, and the path that the compiler knows it by. */
type Source = { readonly path: string; readonly text: string | null };

/**
 * Compiles an entry.
 *
 * @param directory - the function's folder; the author's files are read from it.
 * @param generated - texts by path from the folder, such as `generated/entry.ts`.
 */
export function compile(directory: string, generated: ReadonlyMap<string, string>): Compiled {
  const sourceOf = (path: string): Source => {
    const own = packagePath.exec(path);
    if (own !== null) {
      const [, file = "index"] = own;
      return { path: `${libraryPrefix}evento/${file}.ts`, text: readOrNull(join(library, `${file}.ts`)) };
    }
    const standard = standardSource(path);
    if (standard !== undefined) return standard;
    return { path: `${path}.ts`, text: generated.get(`${path}.ts`) ?? readOrNull(join(directory, `${path}.ts`)) };
  };
  const program = assemblyscript.newProgram(optionsOf());
  try {
    parseAll(program, sourceOf);
    const faults = errorsOf(program);
    if (faults.length > 0) return { core: new Uint8Array(0), diagnostics: faults };
    const core = moduleOf(program);
    const errors = errorsOf(program);
    return { core, diagnostics: errors.length > 0 ? errors : impuritiesOf(core, program.sources) };
  } catch (error) {
    // The compiler broke off: what it has said so far is the likely reason.
    const faults = errorsOf(program);
    const message = `the AssemblyScript compiler broke off: ${reasonOf(error)}`;
    const crash = { file: entryFile, line: 0, column: 0, message };
    return { core: new Uint8Array(0), diagnostics: faults.length > 0 ? faults : [crash] };
  } finally {
    program.module.dispose();
  }
}

function optionsOf(): assemblyscript.Options {
  const options = assemblyscript.newOptions();
  assemblyscript.setRuntime(options, assemblyscript.Runtime.Minimal);
  assemblyscript.setOptimizeLevelHints(options, optimizeLevel, shrinkLevel);
  assemblyscript.addGlobalAlias(options, "abort", "generated/entry/evento__abort");
  return options;
}

/** Parses the standard library, the entry, and all that they ask for. */
function parseAll(program: assemblyscript.Program, sourceOf: (path: string) => Source): void {
  const files: { readonly [name: string]: string } = libraryFiles;
  for (const [name, text] of Object.entries(files))
    if (!name.includes("/")) assemblyscript.parse(program, text, `${libraryPrefix}${name}.ts`, false);
  for (const path of [runtimeFile, entryFile.replace(/\.ts$/, "")]) {
    const source = sourceOf(path);
    assemblyscript.parse(program, source.text, source.path, true);
  }
  for (let path = assemblyscript.nextFile(program); path !== null; path = assemblyscript.nextFile(program)) {
    const source = sourceOf(path);
    assemblyscript.parse(program, source.text, source.path, false);
  }
}

/** The core module; empty when there are errors. */
function moduleOf(program: assemblyscript.Program): Uint8Array {
  assemblyscript.initializeProgram(program);
  const module = assemblyscript.compile(program);
  if (program.diagnostics.some(assemblyscript.isError)) return new Uint8Array(0);
  if (!assemblyscript.validate(module)) throw new Error("its module is not valid");
  assemblyscript.optimize(module, optimizeLevel, shrinkLevel);
  return module.toBinary().output;
}

function standardSource(path: string): Source | undefined {
  if (!path.startsWith(libraryPrefix)) return undefined;
  const files: { readonly [name: string]: string } = libraryFiles;
  const name = path.slice(libraryPrefix.length);
  for (const candidate of [name, `${name}/index`]) {
    const text = files[candidate];
    if (text !== undefined) return { path: `${libraryPrefix}${candidate}.ts`, text };
  }
  return undefined;
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

/** The errors that have not been asked for yet. */
function errorsOf(program: assemblyscript.Program): readonly Diagnostic[] {
  const errors: Diagnostic[] = [];
  for (
    let message = assemblyscript.nextDiagnostic(program);
    message !== null;
    message = assemblyscript.nextDiagnostic(program)
  )
    if (assemblyscript.isError(message)) errors.push(diagnosticOf(message));
  return errors;
}
