import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { groupKey } from "../../host/journal/group-codec.ts";
import { reindexJournal } from "../../host/journal/level/reindex.ts";
import { verifyJournal } from "../../host/journal/level/verify.ts";
import { editRows, flipped, rowFilesIn } from "./damage.ts";
import { allAnswers } from "./all-answers.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";
import { makeSampleLog } from "./sample-log.ts";

test("a rebuilt index gives the answers that the one before gave", async (t) => {
  const directory = await makeUsedDirectory(t);
  const before = await answersIn(t, directory);
  await rm(join(directory, "index"), { recursive: true });
  const head = await reindexJournal(directory);
  t.deepEqual(await answersIn(t, directory), before);
  t.deepEqual((await verifyJournal(directory)).faults, []);
  t.deepEqual(before.head, { ...head, hash: Buffer.from(head.hash) });
});

test("a damaged index is refused with a word on what to do, and doing it mends it", async (t) => {
  const directory = await makeUsedDirectory(t);
  const before = await answersIn(t, directory);
  for (const file of await rowFilesIn(join(directory, "index"))) await writeFile(file, "no rows");
  const error = await t.throwsAsync(openIn(t, directory), { code: "INDEX_DAMAGED" });
  t.true(hintOf(error).includes("evento reindex"));
  await reindexJournal(directory);
  t.deepEqual(await answersIn(t, directory), before);
});

test("a rebuild that was broken off at any rename can be done again", async (t) => {
  const directory = await makeUsedDirectory(t);
  const before = await answersIn(t, directory);
  await rename(join(directory, "index"), join(directory, "index.old"));
  await t.throwsAsync(openIn(t, directory), { code: "INDEX_DAMAGED" });
  await writeFile(join(directory, "index.new"), "half");
  await reindexJournal(directory);
  t.deepEqual(await answersIn(t, directory), before);
});

test("a damaged log is not indexed, and the old index stays", async (t) => {
  const directory = await makeUsedDirectory(t);
  await editRows(join(directory, "log"), async (db) => {
    await db.put(groupKey(2), flipped((await db.get(groupKey(2))) ?? Buffer.alloc(0)));
  });
  await t.throwsAsync(reindexJournal(directory), { code: "LOG_DAMAGED", message: /group 2 / });
  const journal = await openIn(t, directory);
  t.true(journal.head.group > 2);
});

test("a directory that a host runs on can't be reindexed", async (t) => {
  const directory = await makeDataDirectory(t);
  await openIn(t, directory);
  await t.throwsAsync(reindexJournal(directory), { code: "JOURNAL_LOCKED" });
});

async function makeUsedDirectory(t: ExecutionContext): Promise<string> {
  const directory = await makeDataDirectory(t);
  const journal = await openIn(t, directory);
  await makeSampleLog(journal);
  await journal.close();
  return directory;
}

async function answersIn(t: ExecutionContext, directory: string) {
  const journal = await openIn(t, directory);
  const answers = await allAnswers(journal);
  await journal.close();
  return answers;
}

function hintOf(error: Error): string {
  return "hint" in error && typeof error.hint === "string" ? error.hint : "";
}
