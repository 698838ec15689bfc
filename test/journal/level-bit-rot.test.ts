// Bits that flip: LevelDB serves them (measured: it checks nothing that is compressed away), so the journal has to notice.
import { join } from "node:path";

import test from "ava";

import { groupKey } from "../../host/journal/group-codec.ts";
import { rowKey } from "../../host/journal/level/row-codec.ts";
import { streamTable } from "../../host/journal/tables.ts";
import { editRows, flipped } from "./damage.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";
import { doneCommand } from "./sample-entries.ts";

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

test("an aggregate whose row was lost without a word does not begin a second time", async (t) => {
  const directory = await makeDataDirectory(t);
  const made = await openIn(t, directory);
  await made.append(doneCommand("1", { aggregate: "savings:a" })).durable;
  await made.close();
  await editRows(join(directory, "index"), (db) => db.del(rowKey(streamTable, "savings:a")));
  const told: Error[] = [];
  const journal = await openIn(t, directory, (error) => told.push(error));
  t.throws(() => journal.append(doneCommand("2", { aggregate: "savings:a" })), { code: "INDEX_DAMAGED" });
  t.is(told.length, 1);
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
