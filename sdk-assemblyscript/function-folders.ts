// Where functions are: a file of its own, since the rest of the SDK comes with the compiler, which takes seconds to load.
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { relative } from "node:path";

import { manifestName } from "./manifest.ts";

/** What lies beside functions and is none. */
const passedOver = new Set(["node_modules", "build", "generated"]);

/** Folders with an `evento.json` at or under a folder, in the order of their paths; none when the folder is not there. */
export async function functionFolders(root: string): Promise<string[]> {
  if (!existsSync(root)) return [];
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name === manifestName)
    .map((entry) => entry.parentPath)
    .filter(
      (folder) =>
        !relative(root, folder)
          .split(/[\\/]/)
          .some((name) => passedOver.has(name)),
    )
    .toSorted();
}
