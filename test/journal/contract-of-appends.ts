// Appending: what is durable when, in which order, and what the head says of it.
import { groupEntriesMax, journalPendingBytesMax } from "../../host/limits.ts";
import type { JournalHead } from "../../host/ports/journal.ts";
import type { JournalTest } from "./journal-test.ts";
import { commandEntry, doneCommand, startTime } from "./sample-entries.ts";

export function contractOfAppends(test: JournalTest): void {
  test("an empty log begins before the first group, position and time", async (t, journal) => {
    t.deepEqual(
      { ...journal.head, hash: Buffer.from(journal.head.hash) },
      {
        group: 0,
        position: 0,
        hash: Buffer.alloc(32),
        time: 0,
      },
    );
    t.deepEqual(await journal.events({ after: 0, limit: 10 }), { events: [], scannedTo: 0 });
    t.deepEqual(await journal.commandsIn("pending", { after: "", limit: 10 }), []);
  });

  test("positions are given at once and without a gap, whichever appends have events", async (t, journal) => {
    const appended = [
      journal.append(doneCommand("1", { eventCount: 2 })),
      journal.append([commandEntry("2")]),
      journal.append(doneCommand("3", { eventCount: 3 })),
      journal.append(doneCommand("4")),
    ];
    t.deepEqual(
      appended.map(({ firstPosition }) => firstPosition),
      [1, 3, 3, 6],
    );
    await Promise.all(appended.map(({ durable }) => durable));
    const { events } = await journal.events({ after: 0, limit: 10 });
    t.deepEqual(
      events.map(({ id, position }) => [id, position]),
      [
        ["1!0", 1],
        ["1!1", 2],
        ["3!0", 3],
        ["3!1", 4],
        ["3!2", 5],
        ["4!0", 6],
      ],
    );
  });

  test("an append is seen by no read before it is durable, and by all after", async (t, journal) => {
    const { durable } = journal.append(doneCommand("1"));
    t.is(journal.head.position, 0);
    const early = journal.command("1");
    await durable;
    t.is(await early, undefined);
    t.is(journal.head.position, 1);
    t.is((await journal.command("1"))?.status, "done");
    t.is((await journal.event("1!0"))?.position, 1);
    t.is(await journal.sequence("savings:1"), 1);
    t.is((await journal.stream("savings:1", { after: 0, limit: 1 })).length, 1);
  });

  test("appends become durable in the order of their calls", async (t, journal) => {
    const order: number[] = [];
    const settled = Array.from({ length: 200 }, async (_, index) => {
      await journal.append(doneCommand(String(index))).durable;
      order.push(index);
    });
    await Promise.all(settled);
    t.deepEqual(
      order,
      order.toSorted((one, other) => one - other),
    );
    t.is(journal.head.position, 200);
  });

  test("appends that come together share a group", async (t, journal) => {
    const durable = Array.from({ length: 100 }, (_, index) => journal.append(doneCommand(String(index))).durable);
    await Promise.all(durable);
    t.true(journal.head.group < 10, `${journal.head.group} groups for 100 appends`);
  });

  test("an append is one group also when it is larger than a group may be", async (t, journal, reopen) => {
    const eventCount = groupEntriesMax + 1;
    const before = journal.append(doneCommand("small"));
    const large = journal.append(doneCommand("large", { eventCount }));
    const after = journal.append(doneCommand("last"));
    await Promise.all([before.durable, large.durable, after.durable]);
    t.is(journal.head.position, eventCount + 2);
    const groupsOf = async (id: string) => Math.floor(((await journal.command(id))?.ordinal ?? 0) / 2 ** 20);
    t.not(await groupsOf("large"), await groupsOf("small"));
    t.not(await groupsOf("large"), await groupsOf("last"));
    const reopened = await reopen();
    t.is((await reopened.command("large"))?.events.length, eventCount);
  });

  test("the head says the newest time of any entry, whatever comes after it", async (t, journal, reopen) => {
    await journal.append([commandEntry("late", { time: startTime + 9_000 })]).durable;
    await journal.append([commandEntry("early", { time: startTime })]).durable;
    t.is(journal.head.time, startTime + 9_000);
    const { head } = await reopen();
    t.is(head.time, startTime + 9_000);
  });

  test("the hash depends on all that was appended", async (t, journal) => {
    const hashes = new Set([hexOf(journal.head)]);
    for (const id of ["1", "2", "3"]) {
      await journal.append(doneCommand(id)).durable;
      hashes.add(hexOf(journal.head));
    }
    t.is(hashes.size, 4);
  });

  test("a watcher is told of each group when reads see it, until it is ended", async (t, journal) => {
    const heads: JournalHead[] = [];
    const seen: Promise<string | undefined>[] = [];
    const end = journal.watch((head) => {
      heads.push(head);
      seen.push(journal.command(String(heads.length)).then((record) => record?.status));
    });
    await journal.append(doneCommand("1")).durable;
    await journal.append(doneCommand("2")).durable;
    end();
    await journal.append(doneCommand("3")).durable;
    t.deepEqual(
      heads.map(({ group, position }) => [group, position]),
      [
        [1, 1],
        [2, 2],
      ],
    );
    t.deepEqual(await Promise.all(seen), ["done", "done"]);
  });

  test("a closed journal refuses appends, and has written those before", async (t, journal, reopen) => {
    const { durable } = journal.append(doneCommand("1"));
    const closing = journal.close();
    t.throws(() => journal.append(doneCommand("2")), { code: "JOURNAL_CLOSED" });
    await durable;
    await Promise.all([closing, journal.close()]);
    const reopened = await reopen();
    t.is((await reopened.command("1"))?.status, "done");
    t.is(await reopened.command("2"), undefined);
  });

  test("head, hash and time are the same after opening again, and numbering goes on", async (t, journal, reopen) => {
    for (const id of ["1", "2", "3"]) await journal.append(doneCommand(id)).durable;
    const { head } = journal;
    const reopened = await reopen();
    t.deepEqual({ ...reopened.head, hash: hexOf(reopened.head) }, { ...head, hash: hexOf(head) });
    t.is(reopened.append(doneCommand("4")).firstPosition, 4);
  });

  test("who asks for room waits while the bound of bytes waits to be written", async (t, journal) => {
    const payload = Buffer.alloc(1 << 20);
    await journal.room();
    const appended = Array.from({ length: (journalPendingBytesMax >> 20) + 1 }, (_, index) =>
      journal.append([commandEntry(String(index), { payload })]),
    );
    t.is(journal.head.group, 0);
    await journal.room();
    t.true(journal.head.group > 0);
    await Promise.all(appended.map(({ durable }) => durable));
  });
}

function hexOf({ hash }: JournalHead): string {
  return Buffer.from(hash).toString("hex");
}
