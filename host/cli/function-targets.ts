// What `build`, `test`, `deploy` and `dev` work on: folders of functions, however deep.
import { readdir, stat } from "node:fs/promises";

import { manifestName } from "../../sdk-assemblyscript/manifest.ts";
import { usageError } from "./exit-code.ts";

/** What lies beside functions and is none. */
const passedOver = new Set(["node_modules", "build", "generated"]);

/**
 * Folders with an `evento.json` at or under a folder, in the order of their paths; none when the folder is not there.
 *
 * The SDK's own search would do, but comes with the compiler, which takes seconds to load and is not needed when nothing changed.
 */
export async function functionFolders(root: string): Promise<readonly string[]> {
  if (!(await isDirectory(root))) return [];
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name === manifestName)
    .map((entry) => entry.parentPath)
    .filter((folder) => !folder.split(/[\\/]/).some((name) => passedOver.has(name)))
    .toSorted();
}

/**
 * Folders with an `evento.json` at or under some folders, each once.
 *
 * @throws EventoError USAGE_INVALID when a folder is not there or has no function.
 */
export async function functionsUnder(roots: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const root of roots) {
    if (!(await isDirectory(root)))
      throw usageError(`found no folder ${root}`, "name a function's folder, or one that has functions in it");
    const folders = await functionFolders(root);
    if (folders.length === 0)
      throw usageError(
        `found no function in ${root}`,
        "a function's folder has an evento.json; `evento new` makes one",
      );
    found.push(...folders);
  }
  return [...new Set(found)];
}

export async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
