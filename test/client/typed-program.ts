// A program of a user, type-checked as strictly as TypeScript can, against a file that `evento codegen` wrote.
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { once } from "node:events";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import type { ExecutionContext } from "ava";

const repository = fileURLToPath(new URL("../../", import.meta.url));
const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
const compilerOptions = {
  target: "esnext",
  lib: ["esnext"],
  types: ["node"],
  typeRoots: [join(repository, "node_modules", "@types")],
  module: "nodenext",
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: false,
  erasableSyntaxOnly: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  allowImportingTsExtensions: true,
  noEmit: true,
};

/** How programs name the client: by its path, as there is no package around them. */
export const clientPath = join(repository, "host", "client", "evento-client.ts");

/** @param files - texts by name, all of them checked together. @returns what the compiler says: nothing when all is well */
export async function typeFaults(t: ExecutionContext, files: { readonly [name: string]: string }): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "evento-typed-"));
  t.teardown(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, "package.json"), '{"type": "module"}');
  return typeFaultsIn(directory, files);
}

/** The same in a folder that is there. */
export async function typeFaultsIn(directory: string, files: { readonly [name: string]: string }): Promise<string> {
  const config = { compilerOptions, files: Object.keys(files) };
  await writeFile(join(directory, "tsconfig.json"), JSON.stringify(config));
  for (const [name, content] of Object.entries(files)) await writeFile(join(directory, name), content);
  const child = spawn(process.execPath, [compiler, "-p", directory, "--pretty", "false"], { cwd: directory });
  const [output] = await Promise.all([text(child.stdout), once(child, "close")]);
  return output;
}
