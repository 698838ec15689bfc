// What `build`, `test`, `deploy` and `dev` work on: folders of functions, however deep.
import { stat } from "node:fs/promises";

import { functionFolders } from "../../sdk-assemblyscript/function-folders.ts";
import { usageError } from "./exit-code.ts";

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
