// A host that dies, and a disk that refuses: what was acknowledged is there afterwards, and positions go on without a gap.
import test from "ava";

import { verifyJournal } from "../../host/journal/level/verify.ts";
import { allAnswers } from "./all-answers.ts";
import { startChild } from "./child-process.ts";
import { copyOf } from "./damage.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";
import { receiptsOf, requireNoGaps, requireReceipts } from "./receipts.ts";
import { doneCommand } from "./sample-entries.ts";
import { makeSampleLog } from "./sample-log.ts";

const killsPerRun = 8;

test("a killed host has lost nothing that it acknowledged, kill after kill", async (t) => {
  const directory = await makeDataDirectory(t);
  const receipts = new Map<string, number>();
  for (let kill = 0; kill < killsPerRun; kill++) {
    const child = startChild(t, "appending-child.ts", [directory, `run${kill}`, "8"]);
    // At another point each time, the first of them while the log's tail is projected again.
    await child.said("open");
    await child.saidLines(1 + kill * 97);
    await child.kill();
    for (const [id, position] of receiptsOf(child)) receipts.set(id, position);
  }
  t.true(receipts.size > killsPerRun * 97);
  const journal = await openIn(t, directory);
  await requireReceipts(t, journal, receipts);
  await requireNoGaps(t, journal);
  await journal.close();
  t.deepEqual((await verifyJournal(directory)).faults, []);
});

test("what the index had not written when the host died is projected again", async (t) => {
  const directory = await makeDataDirectory(t);
  const child = startChild(t, "appending-child.ts", [directory, "a", "4"]);
  await child.saidLines(50);
  await child.kill();
  const receipts = receiptsOf(child);
  const { faults, rowCount = 0, head } = await verifyJournal(directory);
  t.deepEqual(faults, []);
  t.true(head.position >= receipts.size);
  // Killed within the second in which rows wait: the index is behind the log, or the test shows nothing.
  t.true(rowCount < 4 * receipts.size, `${rowCount} rows for ${receipts.size} commands`);
  const journal = await openIn(t, directory);
  await requireReceipts(t, journal, receipts);
});

test("a copy of the files of a running host, taken between two writes, gives the same answers", async (t) => {
  const directory = await makeDataDirectory(t);
  const journal = await openIn(t, directory);
  await makeSampleLog(journal);
  const truth = await allAnswers(journal);
  const copy = await copyOf(directory, "copy");
  const opened = await openIn(t, copy);
  t.deepEqual(await allAnswers(opened), truth);
});

test("an append after a crash goes on with the next position and sequence", async (t) => {
  const directory = await makeDataDirectory(t);
  const journal = await openIn(t, directory);
  for (const sequence of [1, 2, 3])
    await journal.append(doneCommand(`c${sequence}`, { aggregate: "savings:a", after: sequence - 1 })).durable;
  const copy = await copyOf(directory, "copy");
  const opened = await openIn(t, copy);
  t.is(await opened.sequence("savings:a"), 3);
  t.throws(() => opened.append(doneCommand("c5", { aggregate: "savings:a", after: 2 })), {
    message: /^invariant broken/,
  });
  t.throws(() => opened.append(doneCommand("c3", { aggregate: "savings:a", after: 3 })), {
    message: /^invariant broken/,
  });
  const { firstPosition, durable } = opened.append(doneCommand("c4", { aggregate: "savings:a", after: 3 }));
  t.is(firstPosition, 4);
  await durable;
});

test("the first write that fails ends the journal: nothing is acknowledged after it, and nothing before it is lost", async (t) => {
  const directory = await makeDataDirectory(t);
  // Files may not grow beyond some 2 MiB (`ulimit` counts in blocks of 512 bytes); the signal would end the process at once.
  const limit = "trap '' XFSZ; ulimit -f 4096";
  const child = startChild(t, "appending-child.ts", [directory, "a", "8", "4000"], limit);
  await child.ended;
  const failedAt = child.lines.findIndex((line) => line.startsWith("fatal"));
  t.true(failedAt > 0, "the disk never failed");
  const after = child.lines.slice(failedAt + 1);
  t.deepEqual(
    after.filter((line) => line !== "rejected JOURNAL_FAILED"),
    [],
  );
  t.is(after.length, 8);
  const journal = await openIn(t, directory);
  await requireReceipts(t, journal, receiptsOf(child));
  await requireNoGaps(t, journal);
});
