// Bits that flip: LevelDB serves them (measured: it checks nothing that is compressed away), so the journal has to notice.
import { stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { groupKey } from "../../host/journal/group-codec.ts";
import { rowKey } from "../../host/journal/level/row-codec.ts";
import { streamTable } from "../../host/journal/tables.ts";
import { allAnswers } from "./all-answers.ts";
import type { Verdict } from "./checking-child.ts";
import { startChild } from "./child-process.ts";
import { copyOf, editRows, flipBit, flipped, rowFilesIn } from "./damage.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";
import { doneCommand } from "./sample-entries.ts";
import { makeSampleLog } from "./sample-log.ts";

const trialsPerFile = 40;

test("a damaged row of the index is fatal, told once, and never an absent row", async (t) => {
  const directory = await makeDataDirectory(t);
  const made = await openIn(t, directory);
  await made.append(doneCommand("1")).durable;
  await made.close();
  await editRows(join(directory, "index"), async (db) => {
    for (const [key, value] of await db.iterator({ gte: Buffer.from([1]) }).all()) await db.put(key, flipped(value));
  });
  const told: Error[] = [];
  const journal = await openIn(t, directory, (error) => told.push(error));
  const reads: (() => Promise<unknown>)[] = [
    () => journal.command("1"),
    () => journal.stream("savings:1", { after: 0, limit: 1 }),
    () => journal.aggregates("SavingsAccount", { after: "", limit: 1 }),
    () => journal.sequence("savings:1"),
    () => journal.events({ after: 0, limit: 1 }),
  ];
  for (const read of reads) await t.throwsAsync(read, { code: "INDEX_DAMAGED" });
  t.is(told.length, 1);
  t.throws(() => journal.append(doneCommand("2")), { code: "JOURNAL_FAILED" });
});

test("an aggregate whose row was lost without a word does not begin a second time", async (t) => {
  const directory = await makeDataDirectory(t);
  const made = await openIn(t, directory);
  await made.append(doneCommand("1", { aggregate: "savings:a" })).durable;
  await made.close();
  await editRows(join(directory, "index"), (db) => db.del(rowKey(streamTable, "savings:a")));
  const told: Error[] = [];
  const journal = await openIn(t, directory, (error) => told.push(error));
  t.throws(() => journal.append(doneCommand("2", { aggregate: "savings:a" })), { code: "INDEX_DAMAGED" });
  t.is(told.length, 1);
});

test("a damaged group of the log is fatal when it is read, and named", async (t) => {
  const directory = await makeDataDirectory(t);
  const made = await openIn(t, directory);
  for (const id of ["1", "2", "3"]) await made.append(doneCommand(id)).durable;
  await made.close();
  await editRows(join(directory, "log"), async (db) => {
    await db.put(groupKey(2), flipped((await db.get(groupKey(2))) ?? Buffer.alloc(0)));
  });
  const told: Error[] = [];
  const journal = await openIn(t, directory, (error) => told.push(error));
  t.is((await journal.command("1"))?.status, "done");
  await t.throwsAsync(journal.command("2"), { code: "LOG_DAMAGED", message: /group 2 / });
  await t.throwsAsync(journal.events({ after: 0, limit: 10 }), { code: "LOG_DAMAGED", message: /group 2 / });
  t.is(told.length, 1);
});

for (const part of ["log", "index"] as const)
  test(`a bit that flips in a file of the ${part} is refused, or found by a verify, or does no harm`, async (t) => {
    const { directory, truthPath } = await makeGrownDirectory(t);
    const copies = await damagedCopies(directory, part);
    const counts = { refused: 0, "found by a verify": 0, harmless: 0, "ended by LevelDB": 0 };
    while (copies.length > 0) {
      const child = startChild(t, "checking-child.ts", [truthPath, ...copies.map(({ path }) => path)]);
      await child.ended;
      for (const line of child.lines) {
        const verdict: Verdict = JSON.parse(line);
        const { flip } = copies.shift() ?? {};
        if (verdict.kind !== "unnoticed") counts[verdict.kind]++;
        else counts.harmless++;
        // LevelDB may lose a row of the index without a word, so that only a verify can tell; nothing like that may be in the log.
        if (part === "log" || verdict.kind === "unnoticed") t.deepEqual(verdict.wrong, [], flip);
      }
      if (copies.length === 0) break;
      t.regex(child.errors, /leveldb.*Assertion/, `${copies[0]?.flip} ended a process: ${child.errors}`);
      counts["ended by LevelDB"]++;
      copies.shift();
    }
    t.log(counts);
    t.true(counts.refused > 0);
  });

/** A directory of which LevelDB has rows in a table as well as in its own log, and a file of the answers to all questions. */
async function makeGrownDirectory(t: ExecutionContext): Promise<{ directory: string; truthPath: string }> {
  const directory = await makeDataDirectory(t);
  const made = await openIn(t, directory);
  await makeSampleLog(made);
  await made.close();
  const grown = await openIn(t, directory);
  for (const id of ["1", "2", "3"]) await grown.append(doneCommand(id)).durable;
  const truthPath = join(directory, "..", "truth.json");
  await writeFile(truthPath, JSON.stringify(await allAnswers(grown)));
  await grown.close();
  return { directory, truthPath };
}

/** Copies of a directory, each with one bit flipped in one of the part's files. */
async function damagedCopies(directory: string, part: "log" | "index"): Promise<{ path: string; flip: string }[]> {
  const random = randomFrom(20_261_125);
  const copies: { path: string; flip: string }[] = [];
  for (const file of await rowFilesIn(join(directory, part)))
    for (let trial = 0; trial < trialsPerFile; trial++) {
      const path = await copyOf(directory, `copy-${copies.length}`);
      const bit = Math.floor(random() * 8 * (await stat(file)).size);
      await flipBit(join(path, part, basename(file)), bit);
      copies.push({ path, flip: `bit ${bit} of ${basename(file)}` });
    }
  return copies;
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
