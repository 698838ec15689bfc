// The journal on LevelDB against the one in memory, over histories that nobody thought of: what is in memory, on its way to disk
// and on disk has to look like one.
import test from "ava";
import * as fc from "fast-check";

import { verifyJournal } from "../../host/journal/level/verify.ts";
import { MemoryDisk } from "../../host/journal/memory/memory-disk.ts";
import { openMemoryJournal } from "../../host/journal/memory/memory-journal.ts";
import { allAnswers } from "./all-answers.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";
import { RandomHistory, steps, type Step } from "./random-history.ts";

const runs = 60;

test("any history is answered alike by both journals, however often one of them is opened again", async (t) => {
  await fc.assert(
    fc.asyncProperty(steps, async (history) => {
      await requireAlike(history);
    }),
    { numRuns: runs, includeErrorInReport: true },
  );
  t.pass();

  async function requireAlike(history: readonly Step[]): Promise<void> {
    const directory = await makeDataDirectory(t);
    let level = await openIn(t, directory);
    const memory = await openMemoryJournal({ disk: new MemoryDisk() });
    const random = new RandomHistory();
    for (const step of history) {
      if (step.kind === "reopen") {
        await level.close();
        level = await openIn(t, directory);
        continue;
      }
      const entries = random.entriesOf(step.choices);
      const appended = [level, memory].map((journal) => journal.append(entries));
      if (appended[0]?.firstPosition !== appended[1]?.firstPosition) throw new Error("expected equal positions");
      await Promise.all(appended.map(({ durable }) => durable));
    }
    const answers = JSON.stringify(await allAnswers(memory, random.names));
    if (JSON.stringify(await allAnswers(level, random.names)) !== answers) throw new Error("expected equal answers");
    await level.close();
    const { faults } = await verifyJournal(directory);
    if (faults.length > 0) throw new Error(`expected no fault, found ${JSON.stringify(faults)}`);
    level = await openIn(t, directory);
    if (JSON.stringify(await allAnswers(level, random.names)) !== answers)
      throw new Error("expected equal answers again");
    await level.close();
  }
});
