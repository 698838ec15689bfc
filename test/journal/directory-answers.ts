// Everything that a data directory can be asked, by the parts that a host reads it with.
import { join } from "node:path";

import { reasonOf } from "../../host/errors.ts";
import { ComponentStore } from "../../host/functions/component-store.ts";
import { openJournal } from "../../host/journal/level/level-journal.ts";
import type { SnapshotKey } from "../../host/ports/snapshots.ts";
import { FileSnapshots } from "../../host/snapshots/file-snapshots.ts";
import { questionsTo, type JournalNames } from "./all-answers.ts";

/** What there is to be asked about. */
export type Inventory = {
  readonly journal: JournalNames;
  readonly components: readonly { readonly digest: string; readonly toolchain: string }[];
  readonly snapshots: readonly { readonly key: SnapshotKey; readonly sequence: number }[];
};

/** Answers as JSON by question. */
export type Answers = { readonly [question: string]: string };

/** The answer to a question that is refused by a code. */
export const refusedMark = "refused: ";
/** The answer where what can be made again, or done without, is absent. */
export const absentMark = "absent";

/** @throws EventoError when the directory is refused as a whole. */
export async function answersOf(directory: string, inventory: Inventory): Promise<Answers> {
  const answers: { [question: string]: string } = {};
  const ask = async (question: string, answer: () => unknown): Promise<void> => {
    answers[question] = await answered(answer);
  };
  const { journal, identity } = await openJournal({ directory, onFatal: () => {} });
  try {
    await ask("identity", () => [identity.id, identity.created]);
    for (const [question, answer] of questionsTo(journal, inventory.journal)) await ask(question, answer);
  } finally {
    await journal.close();
  }
  const store = await ComponentStore.open({ directory: join(directory, "components") });
  for (const { digest, toolchain } of inventory.components) {
    await ask(`component ${digest}`, () => store.component(digest));
    await ask(`what is known of ${digest}`, () => store.checked(digest));
    await ask(`artifact of ${digest}`, () => store.artifact(digest, toolchain));
  }
  const snapshots = await FileSnapshots.open({ directory: join(directory, "snapshots"), log: identity.id });
  for (const { key, sequence } of inventory.snapshots)
    await ask(`snapshot of ${key.aggregate} at ${sequence}`, async () => {
      const found = await snapshots.latest(key, sequence);
      return found?.sequence === sequence ? found : undefined;
    });
  return answers;
}

async function answered(answer: () => unknown): Promise<string> {
  try {
    return JSON.stringify(await answer()) ?? absentMark;
  } catch (error) {
    if (!(error instanceof Error && "code" in error && /^[A-Z]+_[A-Z_]+$/.test(String(error.code)))) throw error;
    return `${refusedMark}${String(error.code)} ${reasonOf(error)}`;
  }
}
