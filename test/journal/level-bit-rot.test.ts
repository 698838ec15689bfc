// Bits that flip: LevelDB serves them (measured: it checks nothing that is compressed away), so the journal has to notice.
import { rm, stat } from "node:fs/promises";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { groupKey } from "../../host/journal/group-codec.ts";
import { verifyJournal } from "../../host/journal/level/verify.ts";
import type { Journal } from "../../host/ports/journal.ts";
import { allAnswers, questionsTo } from "./all-answers.ts";
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
  test(`a bit that flips anywhere in a file of the ${part} is refused, or found by a verify, or does no harm`, async (t) => {
    const directory = await makeDataDirectory(t);
    const made = await openIn(t, directory);
    await makeSampleLog(made);
    await made.close();
    // Opened once more, so that LevelDB has rows in a table and in its own log.
    const grown = await openIn(t, directory);
    for (const id of ["1", "2", "3"]) await grown.append(doneCommand(id)).durable;
    const truth = await allAnswers(grown);
    await grown.close();
    const random = randomFrom(20_261_125);
    const counts = { refused: 0, found: 0, harmless: 0 };
    for (const [index] of (await rowFilesIn(join(directory, part))).entries())
      for (let trial = 0; trial < trialsPerFile; trial++) {
        const copy = await copyOf(directory, `${part}-${index}-${trial}`);
        const path = (await rowFilesIn(join(copy, part)))[index] ?? "";
        const bit = Math.floor(random() * 8 * (await stat(path)).size);
        await flipBit(path, bit);
        const wrong = await wrongAnswers(t, copy, truth);
        if (wrong === "refused") counts.refused++;
        else if ((await verifyJournal(copy)).faultCount > 0) counts.found++;
        else if (wrong.length === 0) counts.harmless++;
        else t.fail(`bit ${bit} of ${path} changed the answers to: ${wrong.join(", ")}`);
        if (part === "log" && wrong !== "refused") t.deepEqual(wrong, [], `bit ${bit} of ${path}`);
        await rm(copy, { recursive: true });
      }
    t.log(counts);
    t.true(counts.refused + counts.found > 0);
  });

/** The questions that a directory answers otherwise than it should; "refused" when an error of the journal says it is damaged. */
async function wrongAnswers(
  t: ExecutionContext,
  directory: string,
  truth: Record<string, unknown>,
): Promise<readonly string[] | "refused"> {
  let journal: Journal;
  try {
    journal = await openIn(t, directory, () => {});
  } catch (error) {
    return requireNamed(error);
  }
  const wrong: string[] = [];
  try {
    for (const [question, ask] of questionsTo(journal)) if (!isSame(await ask(), truth[question])) wrong.push(question);
  } catch (error) {
    return requireNamed(error);
  } finally {
    await journal.close();
  }
  return wrong;
}

function requireNamed(error: unknown): "refused" {
  if (error instanceof Error && "code" in error && /^(LOG|INDEX|DATA)_[A-Z]+$/.test(String(error.code)))
    return "refused";
  throw error;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
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
