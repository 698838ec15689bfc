import { setImmediate } from "node:timers/promises";

import test from "ava";

import { MemoryDisk } from "../../host/journal/memory/memory-disk.ts";
import { openMemoryJournal } from "../../host/journal/memory/memory-journal.ts";
import { commandEntry, doneCommand } from "./sample-entries.ts";

/** Waits without an end for what is to come. */
class PatientDisk extends MemoryDisk {
  override async gather(isMoreToCome: () => boolean): Promise<void> {
    while (isMoreToCome()) await setImmediate();
  }
}

test("a command and its outcome share a group, and with it a sync, when the outcome comes at once", async (t) => {
  const journal = await openMemoryJournal({ disk: new PatientDisk() });
  const [command, ...outcome] = doneCommand("1");
  if (command === undefined) return t.fail();
  const accepted = journal.append([command]);
  await setImmediate();
  const done = journal.append(outcome);
  await Promise.all([accepted.durable, done.durable]);
  t.is(journal.head.group, 1);
  t.is((await journal.command("1"))?.status, "done");
});

test("a group that many share waits for no outcome", async (t) => {
  const journal = await openMemoryJournal({ disk: new PatientDisk() });
  const entries = Array.from({ length: 64 }, (_, index) => commandEntry(`${index}`));
  await journal.append(entries).durable;
  t.is(journal.head.group, 1);
});
