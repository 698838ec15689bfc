// Power that goes, and disks whose syncs fail: what was acknowledged is on disk, whatever else is not.
import { dirname, join } from "node:path";
import { writeFile } from "node:fs/promises";

import test, { type ExecutionContext } from "ava";

import { verifyJournal } from "../../host/journal/level/verify.ts";
import { startChild } from "./child-process.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";
import { lengthsIn, losePower, makeSyncedFiles } from "./power-loss.ts";
import { receiptsOf, requireNoGaps, requireReceipts } from "./receipts.ts";

const lossesPerRun = 5;

for (const [title, shares] of [
  ["nothing that was not synced", [0]],
  ["some of what was not synced", [0.9, 0.1, 0.5, 1, 0.3]],
] as const)
  test(`a loss of power that leaves ${title} takes nothing that was acknowledged`, async (t) => {
    const library = await makeSyncedFiles(t);
    if (library === undefined) return skip(t);
    const directory = await makeDataDirectory(t);
    const receipts = new Map<string, number>();
    let lostBytes = 0;
    let files = 0;
    for (let loss = 0; loss < lossesPerRun; loss++) {
      const before = await lengthsIn(directory);
      const notes = join(dirname(directory), `notes-${loss}`);
      await writeFile(notes, "");
      const child = startChild(
        t,
        "appending-child.ts",
        [directory, `run${loss}`, "8", "300"],
        preload(library, directory, notes),
      );
      await child.saidLines(300 + loss * 211);
      await child.kill();
      for (const [id, position] of receiptsOf(child)) receipts.set(id, position);
      lostBytes += await losePower({ directory, before, notes, share: () => shares[files++ % shares.length] ?? 0 });
      const journal = await openIn(t, directory);
      await requireReceipts(t, journal, receipts);
      await requireNoGaps(t, journal);
      await journal.close();
      t.deepEqual((await verifyJournal(directory)).faults, []);
    }
    t.true(lostBytes > 0, "nothing was ever cut off, so nothing was shown");
  });

test("a sync that fails ends the journal, and what it acknowledged before is there", async (t) => {
  const library = await makeSyncedFiles(t);
  if (library === undefined) return skip(t);
  const directory = await makeDataDirectory(t);
  const notes = join(dirname(directory), "notes");
  const fails = `${preload(library, directory, notes)}; export SYNC_FAILS_AT=40`;
  const child = startChild(t, "appending-child.ts", [directory, "a", "8"], fails);
  await child.ended;
  const fatalAt = child.lines.findIndex((line) => line.startsWith("fatal"));
  t.true(fatalAt > 0, "no sync failed");
  t.deepEqual([...new Set(child.lines.slice(fatalAt + 1))], ["rejected JOURNAL_FAILED"]);
  const journal = await openIn(t, directory);
  await requireReceipts(t, journal, receiptsOf(child));
  await requireNoGaps(t, journal);
});

function preload(library: string, directory: string, notes: string): string {
  return `export LD_PRELOAD='${library}' SYNCED_UNDER='${directory}' SYNCED_NOTES='${notes}'`;
}

function skip(t: ExecutionContext): void {
  t.log("left out: it takes Linux and a C compiler");
  t.pass();
}
