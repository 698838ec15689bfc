import { setImmediate } from "node:timers/promises";

import test from "ava";

import { openMemoryJournal } from "../../host/journal/memory/memory-journal.ts";
import { MemoryDisk } from "../../host/journal/memory/memory-disk.ts";
import { journalContract } from "./journal-contract.ts";
import { commandEntry, doneCommand } from "./sample-entries.ts";

journalContract((title, body) =>
  test(title, (t) =>
    body(t, async () => {
      const disk = new MemoryDisk();
      return { open: () => openMemoryJournal({ disk }) };
    }),
  ),
);

test("an append on a disk that holds still is seen by nobody, and positions go on", async (t) => {
  const gate = Promise.withResolvers<void>();
  const journal = await openMemoryJournal({ disk: new MemoryDisk({ sync: () => gate.promise }) });
  const first = journal.append(doneCommand("1"));
  journal.append([commandEntry("2")]);
  t.is(journal.append(doneCommand("3")).firstPosition, 2);
  t.is(await journal.command("1"), undefined);
  t.is(journal.head.group, 0);
  gate.resolve();
  await first.durable;
  t.is((await journal.command("1"))?.status, "done");
});

for (const unsynced of ["kept", "lost"] as const)
  test(`a crash keeps what was acknowledged, and of a group under way all or nothing: ${unsynced}`, async (t) => {
    let gate = Promise.resolve();
    const disk = new MemoryDisk({ sync: () => gate });
    const journal = await openMemoryJournal({ disk });
    await journal.append(doneCommand("1")).durable;
    gate = new Promise(() => {});
    journal.append(doneCommand("2", { eventCount: 2 }));
    await setImmediate();
    journal.append(doneCommand("3"));
    const left = disk.crash({ unsynced, sync: async () => {} });
    const reopened = await openMemoryJournal({ disk: left });
    t.is((await reopened.command("1"))?.status, "done");
    t.is((await reopened.command("2"))?.events.length, unsynced === "kept" ? 2 : undefined);
    t.is(await reopened.command("3"), undefined);
    t.is(reopened.head.position, unsynced === "kept" ? 3 : 1);
    t.is(reopened.append(doneCommand("4")).firstPosition, unsynced === "kept" ? 4 : 2);
  });

test("a write that fails rejects all that waits, and the journal takes nothing more", async (t) => {
  let failure: Error | undefined;
  const sync = async () => {
    if (failure !== undefined) throw failure;
  };
  const told: Error[] = [];
  const journal = await openMemoryJournal({ disk: new MemoryDisk({ sync }), onFatal: (error) => told.push(error) });
  await journal.append(doneCommand("1")).durable;
  failure = new Error("no space left");
  const waiting = [journal.append(doneCommand("2")).durable];
  await setImmediate();
  failure = undefined;
  for (const durable of waiting) await t.throwsAsync(durable, { code: "JOURNAL_FAILED" });
  t.throws(() => journal.append(doneCommand("3")), { code: "JOURNAL_FAILED" });
  t.deepEqual(
    told.map(({ message }) => message),
    ["no space left"],
  );
  t.is((await journal.command("1"))?.status, "done");
  t.is(await journal.command("2"), undefined);
  await t.notThrowsAsync(journal.close());
});
