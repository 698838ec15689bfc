// A process that damages copies of a data directory, one after the other, and says what each answers then. A process of its own,
// since LevelDB may end one on some damage.
//
//   node trial-child.ts <file of the trials> <number of the first>
import { writeSync } from "node:fs";
import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { damage, type Damage } from "./damage.ts";
import { absentMark, answersOf, refusedMark, type Answers, type Inventory } from "./directory-answers.ts";

export type Trials = {
  readonly whole: string;
  /** The directory as it was some time before. */
  readonly older: string;
  readonly inventory: Inventory;
  readonly truth: Answers;
  readonly damages: readonly Damage[];
};

/** What became of a trial: refused by a code; some of it refused or absent, the rest right; all as before; or wrong. */
export type Verdict =
  | { readonly kind: "without effect" | "same" }
  | { readonly kind: "refused" | "partly refused"; readonly code: string }
  | { readonly kind: "wrong"; readonly questions: readonly string[] };

async function verdictOn(directory: string, { inventory, truth }: Trials): Promise<Verdict> {
  let answers: Answers;
  try {
    answers = await answersOf(directory, inventory);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && /^(LOG|INDEX|DATA|HEAD)_[A-Z_]+$/.test(String(error.code))))
      throw error;
    return { kind: "refused", code: String(error.code) };
  }
  const others = Object.keys(truth).filter((question) => answers[question] !== truth[question]);
  const [first] = others;
  if (first === undefined) return { kind: "same" };
  const isTold = (question: string): boolean => {
    const answer = answers[question] ?? "";
    // What may be absent is known to be made again; of the journal nothing may.
    return (
      answer.startsWith(refusedMark) || (answer === absentMark && /^(artifact|snapshot|component|what)/.test(question))
    );
  };
  const wrong = others.filter((question) => !isTold(question));
  if (wrong.length > 0) return { kind: "wrong", questions: wrong };
  return { kind: "partly refused", code: /refused: (\w+)/.exec(answers[first] ?? "")?.[1] ?? absentMark };
}

const [trialsPath = "", from = "0", every = "1"] = process.argv.slice(2);
const trials: Trials = JSON.parse(await readFile(trialsPath, "utf8"));
for (let number = Number(from); number < trials.damages.length; number += Number(every)) {
  const planned = trials.damages[number];
  if (planned === undefined) break;
  const copy = join(trialsPath, "..", `copy-${number}`);
  await cp(trials.whole, copy, { recursive: true });
  const isDone = await damage(copy, planned, trials.older);
  const verdict: Verdict = isDone ? await verdictOn(copy, trials) : { kind: "without effect" };
  writeSync(1, `${JSON.stringify({ number, verdict })}\n`);
  await rm(copy, { recursive: true });
}
