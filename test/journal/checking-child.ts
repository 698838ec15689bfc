// A process that asks damaged directories everything, one after the other, and says what became of it. A process of its own,
// since LevelDB ends one on some damage.
//
//   node checking-child.ts <file of the right answers> <directory>…
import { readFile } from "node:fs/promises";
import { writeSync } from "node:fs";

import { openJournal } from "../../host/journal/level/level-journal.ts";
import { verifyJournal } from "../../host/journal/level/verify.ts";
import { questionsTo } from "./all-answers.ts";

/** What became of a directory; `wrong` are the questions that were answered otherwise than they should be. */
export type Verdict = {
  readonly kind: "refused" | "found by a verify" | "unnoticed";
  readonly wrong: readonly string[];
};

/** @param truth - the right answers, as JSON, by question. */
async function verdictOn(directory: string, truth: Record<string, unknown>): Promise<Verdict> {
  const wrong: string[] = [];
  try {
    const { journal } = await openJournal({ directory, onFatal: () => {} });
    try {
      for (const [question, ask] of questionsTo(journal))
        if (JSON.stringify(await ask()) !== JSON.stringify(truth[question])) wrong.push(question);
    } finally {
      await journal.close();
    }
  } catch (error) {
    if (!isNamed(error)) throw error;
    return { kind: "refused", wrong };
  }
  const { faultCount } = await verifyJournal(directory);
  return { kind: faultCount > 0 ? "found by a verify" : "unnoticed", wrong };
}

function isNamed(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^(LOG|INDEX|DATA)_[A-Z]+$/.test(String(error.code));
}

const [truthPath = "", ...directories] = process.argv.slice(2);
const truth = JSON.parse(await readFile(truthPath, "utf8"));
for (const directory of directories) writeSync(1, `${JSON.stringify(await verdictOn(directory, truth))}\n`);
