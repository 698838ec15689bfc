// What `npm pack` packs of the sources: Node strips no types of what lies under node_modules, so they go out as JavaScript, with
// declarations beside, in the folders that they have here. What is read as a file goes with them unchanged.
//
//   build/package/package.json              of this project: the command line reads its version there
//   build/package/host/…                    JavaScript, and what lies beside it
//   build/package/sdk-assemblyscript/…      the same; its AssemblyScript stays what it is
import { execFileSync } from "node:child_process";
import { cp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";

const repository = join(import.meta.dirname, "..", "..");
const target = join(repository, "build", "package");
/** TypeScript for another compiler: functions are made of it. */
const assemblyScript = ["assembly", "templates"].map((name) => join(repository, "sdk-assemblyscript", name));

await rm(target, { recursive: true, force: true });
execFileSync(process.execPath, [compiler(), "-p", join(import.meta.dirname, "tsconfig.json")], { stdio: "inherit" });
for (const name of ["package.json", "host", "sdk-assemblyscript"])
  await cp(join(repository, name), join(target, name), { recursive: true, filter: isPacked });

function isPacked(path: string): boolean {
  if (path.startsWith(import.meta.dirname) || path === join(repository, "host", "cli", "evento.js")) return false;
  if (assemblyScript.some((folder) => path.startsWith(folder + sep))) return true;
  return !path.endsWith(".ts") || path.endsWith(".d.ts");
}

function compiler(): string {
  return join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
}
