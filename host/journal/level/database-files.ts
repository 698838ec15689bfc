// Looks at the files of a database before LevelDB does: it would pass over what it can't read, serve what is not as it was, end
// the process, or delete files that a damaged MANIFEST does not name.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { tablesNamedIn } from "./manifest.ts";
import { hasRecords, stateOfRecords } from "./record-file.ts";
import { isSoundTable } from "./table-file.ts";

/** Which files: tables are most of the bytes of a large database. */
export type FileScope = "journals" | "tables" | "all";

/**
 * @param scope - `journals` are the files that are appended to, MANIFEST among them.
 * @returns names of damaged files.
 */
export async function damagedFilesIn(path: string, scope: FileScope): Promise<readonly string[]> {
  const names = (await readdir(path)).toSorted();
  const damaged: string[] = [];
  if (scope !== "tables") {
    damaged.push(
      ...(await damagedJournals(
        path,
        names.filter((name) => name.endsWith(".log")),
      )),
    );
    for (const name of names.filter((name) => name.startsWith("MANIFEST-")))
      if (stateOfRecords(await readFile(join(path, name))) === "damaged") damaged.push(name);
  }
  if (scope !== "journals") {
    const named = await tablesNamedIn(path);
    for (const name of names.filter((name) => /\.(ldb|sst)$/.test(name)))
      if (named?.has(Number.parseInt(name, 10)) !== false && !isSoundTable(await readFile(join(path, name))))
        damaged.push(name);
  }
  return damaged;
}

/** Only what was written last can be torn: of files in a row, the last that holds anything. */
async function damagedJournals(path: string, names: readonly string[]): Promise<readonly string[]> {
  const damaged: string[] = [];
  let torn: string | undefined;
  for (const name of names) {
    const bytes = await readFile(join(path, name));
    if (torn !== undefined && hasRecords(bytes)) damaged.push(torn);
    const state = stateOfRecords(bytes);
    if (state === "damaged") damaged.push(name);
    torn = state === "torn" ? name : undefined;
  }
  return damaged;
}
