// A log that lost its end, and a host that has to go on without it.
import { cp, mkdir, readdir, rename, rm, stat, truncate } from "node:fs/promises";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { markLoss } from "../../host/engine/loss-mark.ts";
import { groupKey } from "../../host/journal/group-codec.ts";
import { identityIn } from "../../host/journal/level/data-directory.ts";
import { recoverLog, type Recovery } from "../../host/journal/level/log-recovery.ts";
import { verifyJournal } from "../../host/journal/level/verify.ts";
import type { Journal } from "../../host/ports/journal.ts";
import { copyOf, editRows, flipBit, flipped, rowFilesIn } from "./damage.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";
import { commandEntry, doneCommand } from "./sample-entries.ts";

const time = 1_800_000_000_000;

test("what a cut log would lose is shown, and nothing is changed", async (t) => {
  const directory = await makeCutDirectory(t);
  const before = await filesIn(directory);
  const shown = await recovered(directory, { acceptLoss: false });
  if (shown.kind !== "loss") return t.fail(shown.kind);
  t.is(shown.loss.cause.code, "LOG_TRUNCATED");
  t.like(shown.loss.kept, { group: 3, position: 3 });
  t.like(shown.loss.acknowledged, { group: 4, position: 4 });
  t.deepEqual(shown.loss.dropped, { groups: 0, whole: 0 });
  t.deepEqual(await filesIn(directory), before);
  await t.throwsAsync(openIn(t, directory), { code: "LOG_TRUNCATED" });
});

test("with the loss accepted the rest goes on under another identity, with an event that says so", async (t) => {
  const directory = await makeCutDirectory(t);
  const { id } = await identityIn(directory);
  const made = await recovered(directory);
  if (made.kind !== "recovered") return t.fail(made.kind);
  t.is(made.previous, id);
  const identity = await identityIn(directory);
  t.not(identity.id, id);
  t.deepEqual(identity.predecessors, [{ id, position: 3 }]);
  t.deepEqual((await verifyJournal(directory)).faults, []);
  t.true((await rowFilesIn(made.lostPath)).length > 0);
  const journal = await openIn(t, directory);
  t.is((await journal.command("3"))?.status, "done");
  t.is(await journal.command("4"), undefined);
  const { events } = await journal.events({ after: 3, limit: 10 });
  t.is(events.length, 1);
  t.like(events[0], { event_type: "LogRecovered", aggregate: "evento:host", sequence: 1, position: 4 });
  await t.notThrowsAsync(journal.append(doneCommand("4")).durable);
});

test("damage in the middle costs all that comes after it, and the numbers say so", async (t) => {
  const directory = await makeUsedDirectory(t);
  await editRows(join(directory, "log"), async (db) => {
    for (const group of [2, 4])
      await db.put(groupKey(group), flipped((await db.get(groupKey(group))) ?? Buffer.alloc(0)));
  });
  const shown = await recovered(directory, { acceptLoss: false });
  if (shown.kind !== "loss") return t.fail(shown.kind);
  t.is(shown.loss.cause.code, "LOG_DAMAGED");
  t.is(shown.loss.kept.group, 1);
  t.deepEqual(shown.loss.dropped, { groups: 3, whole: 1 });
  t.is((await recovered(directory)).kind, "recovered");
  const journal = await openIn(t, directory);
  t.like(journal.head, { group: 2, position: 2 });
  t.is((await journal.command("1"))?.status, "done");
});

test("a log of which nothing is sound begins anew", async (t) => {
  const directory = await makeUsedDirectory(t);
  await editRows(join(directory, "log"), (db) => db.del(groupKey(1)));
  t.is((await recovered(directory)).kind, "recovered");
  const journal = await openIn(t, directory);
  t.like(journal.head, { group: 1, position: 1 });
});

test("a log whose head file is damaged may have lost anything, and goes on when that is accepted", async (t) => {
  const directory = await makeUsedDirectory(t);
  for (const slot of [0, 1]) await flipBit(join(directory, "head"), (slot * 64 + 20) * 8);
  const shown = await recovered(directory, { acceptLoss: false });
  if (shown.kind !== "loss") return t.fail(shown.kind);
  t.is(shown.loss.cause.code, "HEAD_DAMAGED");
  t.is(shown.loss.kept.group, 4);
  // The index has seen it.
  t.is(shown.loss.acknowledged?.group, 4);
  await recovered(directory);
  t.is((await openIn(t, directory)).head.group, 5);
});

test("a log that lost nothing is left as it is, whether or not loss is accepted", async (t) => {
  const directory = await makeUsedDirectory(t);
  const { id } = await identityIn(directory);
  t.deepEqual(await recovered(directory), { kind: "sound", log: id });
  t.is((await openIn(t, directory)).head.group, 4);
});

test("the log of another directory is not recovered into this one", async (t) => {
  const directory = await makeUsedDirectory(t);
  const other = await makeDataDirectory(t);
  const journal = await openIn(t, other);
  for (let n = 1; n <= 5; n++) await journal.append([commandEntry(`other${n}`)]).durable;
  await journal.close();
  await rm(join(directory, "log"), { recursive: true });
  await rename(join(other, "log"), join(directory, "log"));
  await t.throwsAsync(recovered(directory), { code: "LOG_DAMAGED", message: /files of two times are mixed/ });
});

test("a recovery that breaks off before it is whole has changed nothing, and can be begun again", async (t) => {
  const directory = await makeCutDirectory(t);
  const breaking = recovered(directory, { mark: () => Promise.reject(new Error("broken off")) });
  await t.throwsAsync(breaking, { message: "broken off" });
  await t.throwsAsync(openIn(t, directory), { code: "LOG_TRUNCATED" });
  t.is((await recovered(directory)).kind, "recovered");
  t.false((await readdir(directory)).some((name) => name.startsWith("recovered")));
});

test("a recovery that breaks off while its parts take their places is refused by hosts, and ends when it is called again", async (t) => {
  const cut = await makeCutDirectory(t);
  const whole = await copyOf(cut, "whole");
  await recovered(whole);
  const { id } = await identityIn(whole);
  const parts = ["log", "index", "head", "EVENTO"];
  for (let placed = 0; placed <= parts.length; placed++) {
    const directory = await copyOf(cut, `broken-${placed}`);
    await mkdir(join(directory, "recovered"));
    for (const [index, part] of parts.entries()) {
      if (index < placed) await rm(join(directory, part), { recursive: true });
      await cp(join(whole, part), join(directory, index < placed ? "" : "recovered", part), { recursive: true });
    }
    await t.throwsAsync(openIn(t, directory), { code: "RECOVERY_UNFINISHED" });
    t.deepEqual(await recovered(directory), { kind: "finished" });
    t.is((await identityIn(directory)).id, id);
    const journal = await openIn(t, directory);
    t.is(journal.head.group, 4);
    await journal.close();
  }
});

test("a directory that a host runs on is not recovered", async (t) => {
  const directory = await makeUsedDirectory(t);
  await openIn(t, directory);
  await t.throwsAsync(recovered(directory), { code: "JOURNAL_LOCKED" });
});

function recovered(
  directory: string,
  { acceptLoss = true, mark = marked }: { acceptLoss?: boolean; mark?: (journal: Journal) => Promise<void> } = {},
): Promise<Recovery> {
  return recoverLog(directory, { acceptLoss, mark });
}

function marked(journal: Journal): Promise<void> {
  const loss = {
    previous_log: "00000000-0000-4000-8000-000000000000",
    code: "LOG_TRUNCATED",
    lost_from_position: 4,
    acknowledged_position: null,
    dropped_groups: 0,
    hash: "",
  };
  return markLoss(journal, loss, { now: () => time, schedule: () => () => {} });
}

/** Four groups, the last two in the newest file. */
async function makeUsedDirectory(t: ExecutionContext): Promise<string> {
  const directory = await makeDataDirectory(t);
  for (const ids of [
    ["1", "2"],
    ["3", "4"],
  ]) {
    const journal = await openIn(t, directory);
    for (const id of ids) await journal.append(doneCommand(id)).durable;
    await journal.close();
  }
  return directory;
}

/** The same without the end of its last group. */
async function makeCutDirectory(t: ExecutionContext): Promise<string> {
  const directory = await makeUsedDirectory(t);
  const newest = (await rowFilesIn(join(directory, "log"))).at(-1) ?? "";
  await truncate(newest, (await stat(newest)).size - 1);
  return directory;
}

/** What is in a directory but for what LevelDB writes whenever it is opened. */
async function filesIn(directory: string): Promise<readonly string[]> {
  return (await readdir(directory)).toSorted();
}
