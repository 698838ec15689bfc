// AssemblyScript to a core module, in memory: the author's files, the generated ones, and the SDK under the name "evento".
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { main as compileAssembly } from "assemblyscript/asc";

import { placeOf, type Diagnostic } from "./diagnostic.ts";

/** Where the SDK's own AssemblyScript lies. */
const library = join(import.meta.dirname, "assembly");
const entryFile = "generated/entry.ts";

/** How the compiler asks for the files of a package. */
const packageFile = /(?:^|\/)node_modules\/evento\/(?:assembly\/)?(.*)$/;

export type Compiled = { readonly core: Uint8Array; readonly diagnostics: readonly Diagnostic[] };

/**
 * Compiles an entry.
 *
 * @param directory - the function's folder; the author's files are read from it.
 * @param generated - texts by path from the folder, such as `generated/entry.ts`.
 */
export async function compile(directory: string, generated: ReadonlyMap<string, string>): Promise<Compiled> {
  const diagnostics: Diagnostic[] = [];
  let core: Uint8Array = new Uint8Array(0);
  const sourceText = (name: string): string | null => generated.get(name) ?? readOrNull(pathOf(directory, name));
  const { error } = await compileAssembly(
    [
      entryFile,
      "--outFile",
      "core.wasm",
      "--optimizeLevel",
      "3",
      "--runtime",
      "minimal",
      "--use",
      `abort=generated/entry/evento__abort`,
    ],
    {
      readFile: sourceText,
      writeFile: (_name, contents) => {
        if (typeof contents !== "string") core = contents;
      },
      listFiles: () => [],
      reportDiagnostic: (diagnostic) => diagnostics.push(diagnosticOf(diagnostic, sourceText)),
    },
  );
  if (error !== null && diagnostics.length === 0)
    diagnostics.push({ file: entryFile, line: 0, column: 0, message: error.message });
  return { core, diagnostics };
}

function pathOf(directory: string, name: string): string {
  const [, file] = packageFile.exec(name) ?? [];
  return file === undefined ? join(directory, name) : join(library, file);
}

function readOrNull(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return null;
  }
}

type CompilerMessage = {
  readonly message: string;
  readonly range: { readonly start: number; readonly source: { readonly normalizedPath: string } } | null;
};

/** What functions can't have, and what to use instead. */
const impure = [
  [
    /'?Math\.random|'?crypto\.?/,
    "functions are pure and have no randomness: let the command carry what is to be random",
  ],
  [/'?Date\.now/, "functions are pure and have no clock: use the command's or event's `time`"],
  [/'?console/, 'use `log` from "evento"'],
] as const;

function diagnosticOf({ message, range }: CompilerMessage, sourceText: (name: string) => string | null): Diagnostic {
  const hint = impure.find(([pattern]) => pattern.test(message))?.[1];
  const text = hint === undefined ? message : `${message} (${hint})`;
  if (range === null) return { file: entryFile, line: 0, column: 0, message: text };
  const file = range.source.normalizedPath;
  return { file, ...placeOf(sourceText(file) ?? "", range.start), message: text };
}
