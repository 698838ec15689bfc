// What a process leaves that is killed while LevelDB writes a table: nothing names that file, and the next start does without it.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import test from "ava";

import { verifyJournal } from "../../host/journal/level/verify.ts";
import { rowFilesIn } from "./damage.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";
import { doneCommand } from "./sample-entries.ts";

for (const database of ["log", "index"])
  test(`the half of a table that LevelDB had not finished in the ${database} is no damage`, async (t) => {
    const directory = await makeDataDirectory(t);
    for (const id of ["a", "b"]) {
      const journal = await openIn(t, directory);
      await journal.append(doneCommand(id, { aggregate: "savings:1", after: id === "a" ? 0 : 1 })).durable;
      await journal.close();
    }
    const table = (await rowFilesIn(join(directory, database))).find((path) => path.endsWith(".ldb"));
    t.truthy(table, "LevelDB makes a table of its journal when it is opened");
    const bytes = await readFile(table ?? "");
    await writeFile(join(directory, database, "900000.ldb"), bytes.subarray(0, bytes.length / 2));
    t.deepEqual((await verifyJournal(directory)).faults, []);
    const journal = await openIn(t, directory);
    t.is(await journal.sequence("savings:1"), 2);
  });
