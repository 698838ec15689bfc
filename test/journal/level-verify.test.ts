import { rm } from "node:fs/promises";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { groupKey } from "../../host/journal/group-codec.ts";
import { RowEncoder } from "../../host/journal/level/row-codec.ts";
import { verifyJournal } from "../../host/journal/level/verify.ts";
import { cursorTable } from "../../host/journal/tables.ts";
import { editRows, flipped } from "./damage.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";
import { commandEntry, doneCommand, foldedState } from "./sample-entries.ts";

const nothing = Buffer.alloc(0);

test("a new data directory is sound", async (t) => {
  const directory = await makeDataDirectory(t);
  const { head, faults, rowCount } = await verifyJournal(directory);
  t.deepEqual(faults, []);
  t.is(head.group, 0);
  t.is(rowCount, 0);
});

test("a directory that was used and closed is sound up to its head", async (t) => {
  const directory = await makeDataDirectory(t);
  const journal = await openIn(t, directory);
  for (const id of ["1", "2", "3"]) await journal.append(doneCommand(id)).durable;
  await journal.append([commandEntry("4")]).durable;
  journal.keepState(foldedState("savings:1", 1));
  await journal.close();
  const { head, faults, rowCount = 0 } = await verifyJournal(directory);
  t.deepEqual(faults, []);
  t.deepEqual(head, journal.head);
  t.true(rowCount > 10);
});

test("rows of the index that the log does not account for, or that lack or differ, are each a fault", async (t) => {
  const directory = await makeUsedDirectory(t);
  await editRows(join(directory, "index"), async (db) => {
    const [lost, changed] = await db.keys({ gte: Buffer.from([1]), limit: 2 }).all();
    await db.del(lost ?? nothing);
    await db.put(changed ?? nothing, flipped((await db.get(changed ?? nothing)) ?? nothing));
    await db.put(Buffer.concat([Buffer.from([4]), Buffer.from("invented")]), Buffer.from("value"));
  });
  const { faults, faultCount } = await verifyJournal(directory);
  t.is(faultCount, 3);
  t.true(faults.every(({ code, hint }) => code === "INDEX_DAMAGED" && hint?.includes("evento reindex")));
  t.regex(faults[0]?.message ?? "", /found no row .*, which follows from the log/);
  t.regex(faults[1]?.message ?? "", /checksum/);
  t.regex(faults[2]?.message ?? "", /found the row .*invented.*, which does not follow from the log/);
});

test("a value that is sound but says something else than the log is a fault", async (t) => {
  const directory = await makeUsedDirectory(t);
  await editRows(join(directory, "index"), async (db) => {
    const encoder = new RowEncoder();
    const { key, value } = encoder.encode(cursorTable, "interest", undefined, 8);
    await db.put(key, value);
  });
  const { faults } = await verifyJournal(directory);
  t.is(faults.length, 1);
  t.regex(faults[0]?.message ?? "", /another value than follows from the log/);
});

test("the first fault of the log is named with its group, and the groups before are sound", async (t) => {
  const directory = await makeUsedDirectory(t);
  await editRows(join(directory, "log"), async (db) => {
    await db.put(groupKey(3), flipped((await db.get(groupKey(3))) ?? nothing));
  });
  const { faults, head, rowCount } = await verifyJournal(directory);
  t.is(faults[0]?.code, "LOG_DAMAGED");
  t.regex(faults[0]?.message ?? "", /group 3 /);
  t.is(head.group, 2);
  t.is(rowCount, undefined);
});

test("a log whose end is cut off is a fault, and what is left of it is sound", async (t) => {
  const directory = await makeUsedDirectory(t);
  await editRows(join(directory, "log"), (db) => db.del(groupKey(4)));
  const { faults, head } = await verifyJournal(directory);
  t.deepEqual(new Set(faults.map(({ code }) => code)), new Set(["LOG_TRUNCATED"]));
  t.is(head.group, 3);
});

test("an index that is gone is a fault of the index alone", async (t) => {
  const directory = await makeUsedDirectory(t);
  await rm(join(directory, "index"), { recursive: true });
  const { faults, head } = await verifyJournal(directory);
  t.deepEqual(
    faults.map(({ code }) => code),
    ["INDEX_DAMAGED"],
  );
  t.is(head.group, 4);
});

test("progress runs over the log and then over the index", async (t) => {
  const directory = await makeUsedDirectory(t);
  const steps: string[] = [];
  await verifyJournal(directory, { onProgress: ({ stage, done, total }) => steps.push(`${stage} ${done} ${total}`) });
  t.deepEqual(steps.slice(0, 4), ["log 1 4", "log 2 4", "log 3 4", "log 4 4"]);
  t.regex(steps.at(-1) ?? "", /^index \d+ undefined$/);
});

test("a directory that a host runs on can't be verified, and the host goes on", async (t) => {
  const directory = await makeDataDirectory(t);
  const journal = await openIn(t, directory);
  await t.throwsAsync(verifyJournal(directory), { code: "JOURNAL_LOCKED" });
  await t.notThrowsAsync(journal.append(doneCommand("1")).durable);
});

/** A directory with four groups, closed. */
async function makeUsedDirectory(t: ExecutionContext): Promise<string> {
  const directory = await makeDataDirectory(t);
  const journal = await openIn(t, directory);
  for (const id of ["1", "2", "3"]) await journal.append(doneCommand(id)).durable;
  await journal.append([{ kind: "cursor", dispatcher: "interest", position: 3 }]).durable;
  await journal.close();
  return directory;
}
