// Damage that is done to a data directory while no host runs on it: it is refused with a name, never served.
import { readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { chainBytes, chainOf, crcOf, groupKey } from "../../host/journal/group-codec.ts";
import { initJournal } from "../../host/journal/level/level-journal.ts";
import { copyOf, editRows, flipBit, rowFilesIn } from "./damage.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";
import { doneCommand } from "./sample-entries.ts";

test("a log without its newest file is refused as cut off, with what there is and what was acknowledged", async (t) => {
  const directory = await makeGrownDirectory(t);
  const newest = (await rowFilesIn(join(directory, "log"))).at(-1) ?? "";
  t.regex(newest, /\.log$/);
  await rm(newest);
  await t.throwsAsync(openIn(t, directory), { code: "LOG_TRUNCATED", message: /have=2 anchor=4 / });
});

test("a log whose newest file lost its last byte is refused as cut off", async (t) => {
  const directory = await makeGrownDirectory(t);
  const newest = (await rowFilesIn(join(directory, "log"))).at(-1) ?? "";
  await truncate(newest, (await stat(newest)).size - 1);
  await t.throwsAsync(openIn(t, directory), { code: "LOG_TRUNCATED", message: /have=3 anchor=4 / });
});

test("a log without CURRENT is refused, and none of its files is deleted", async (t) => {
  const directory = await makeGrownDirectory(t);
  const before = await rowFilesIn(join(directory, "log"));
  await rm(join(directory, "log", "CURRENT"));
  await t.throwsAsync(openIn(t, directory), { code: "DATA_INCOMPLETE", message: /CURRENT/ });
  t.deepEqual(await rowFilesIn(join(directory, "log")), before);
});

test("a log whose CURRENT names nothing is refused", async (t) => {
  const directory = await makeGrownDirectory(t);
  await writeFile(join(directory, "log", "CURRENT"), "MANIFEST-999999\n");
  await t.throwsAsync(openIn(t, directory), { code: "DATA_UNREADABLE" });
});

test("an older copy of the log in its place is refused as cut off", async (t) => {
  const directory = await makeDataDirectory(t);
  await appendIn(t, directory, ["1", "2"]);
  const older = await copyOf(directory, "older");
  await appendIn(t, directory, ["3", "4"]);
  await rm(join(directory, "log"), { recursive: true });
  await rename(join(older, "log"), join(directory, "log"));
  await t.throwsAsync(openIn(t, directory), { code: "LOG_TRUNCATED", message: /have=2 anchor=4 / });
});

test("the log of another host in its place is refused, however long it is", async (t) => {
  for (const ids of [
    ["5", "6"],
    ["5", "6", "7", "8"],
  ]) {
    const directory = await makeDataDirectory(t);
    await appendIn(t, directory, ["1", "2"]);
    const other = await makeDataDirectory(t);
    await appendIn(t, other, ids);
    await rm(join(directory, "log"), { recursive: true });
    await rename(join(other, "log"), join(directory, "log"));
    await t.throwsAsync(openIn(t, directory), { code: "LOG_DAMAGED", message: /files of two times are mixed/ });
  }
});

test("an older copy of the index in its place catches up", async (t) => {
  const directory = await makeDataDirectory(t);
  await appendIn(t, directory, ["1", "2"]);
  const older = await copyOf(directory, "older");
  await appendIn(t, directory, ["3", "4"]);
  await rm(join(directory, "index"), { recursive: true });
  await rename(join(older, "index"), join(directory, "index"));
  const journal = await openIn(t, directory);
  t.is((await journal.command("4"))?.status, "done");
  t.is((await journal.events({ after: 0, limit: 10 })).events.length, 4);
});

test("the index of another host in its place is refused", async (t) => {
  const directory = await makeDataDirectory(t);
  await appendIn(t, directory, ["1", "2", "3"]);
  const other = await makeDataDirectory(t);
  await appendIn(t, other, ["4", "5"]);
  await rm(join(directory, "index"), { recursive: true });
  await rename(join(other, "index"), join(directory, "index"));
  await t.throwsAsync(openIn(t, directory), { code: "LOG_DAMAGED" });
});

test("a group that is missing where the index has not been is refused by its number", async (t) => {
  const directory = await makeUnindexedDirectory(t);
  await editRows(join(directory, "log"), (db) => db.del(groupKey(2)));
  await t.throwsAsync(openIn(t, directory), { code: "LOG_DAMAGED", message: /group 2 / });
});

test("a group that somebody changed, with a checksum made to fit, breaks the chain", async (t) => {
  const directory = await makeUnindexedDirectory(t);
  await editRows(join(directory, "log"), async (db) => {
    const value = Buffer.from((await db.get(groupKey(2))) ?? []);
    const crcAt = value.length - 4;
    value.write("forged", value.indexOf("payload"));
    value.writeUInt32BE(crcOf(2, value.subarray(0, crcAt)), crcAt);
    await db.put(groupKey(2), value);
  });
  await t.throwsAsync(openIn(t, directory), { code: "LOG_DAMAGED", message: /chain .* group 2 / });
});

test("a last group that somebody changed, with checksum and chain made to fit, is not what was acknowledged", async (t) => {
  const directory = await makeUnindexedDirectory(t);
  await editRows(join(directory, "log"), async (db) => {
    const before = Buffer.from((await db.get(groupKey(2))) ?? []);
    const value = Buffer.from((await db.get(groupKey(3))) ?? []);
    const crcAt = value.length - 4;
    const chainAt = crcAt - chainBytes;
    value.write("forged", value.indexOf("payload"));
    value.set(
      chainOf(before.subarray(before.length - 4 - chainBytes, before.length - 4), value.subarray(0, chainAt)),
      chainAt,
    );
    value.writeUInt32BE(crcOf(3, value.subarray(0, crcAt)), crcAt);
    await db.put(groupKey(3), value);
  });
  await t.throwsAsync(openIn(t, directory), {
    code: "LOG_DAMAGED",
    message: /group 3 .*acknowledged|acknowledged.*group 3 /,
  });
});

test("a head file with a torn slot still says how far the log reached", async (t) => {
  const directory = await makeGrownDirectory(t);
  const whole = await readFile(join(directory, "head"));
  for (const slot of [0, 1]) {
    await writeFile(join(directory, "head"), whole);
    await flipBit(join(directory, "head"), (slot * 64 + 20) * 8);
    const journal = await openIn(t, directory);
    t.is(journal.head.group, 4);
    await journal.close();
  }
});

test("a head file that is gone, or damaged in both slots, is refused", async (t) => {
  const directory = await makeGrownDirectory(t);
  const path = join(directory, "head");
  for (const slot of [0, 1]) await flipBit(path, (slot * 64 + 20) * 8);
  await t.throwsAsync(openIn(t, directory), { code: "HEAD_DAMAGED" });
  await rm(path);
  await t.throwsAsync(openIn(t, directory), { code: "HEAD_DAMAGED" });
});

test("a directory of anything else is refused, and left as it is", async (t) => {
  const directory = await makeGrownDirectory(t);
  await rm(join(directory, "EVENTO"));
  await t.throwsAsync(openIn(t, directory), { code: "DATA_UNKNOWN" });
  await t.throwsAsync(initJournal(directory), { code: "DATA_NOT_EMPTY" });
  await writeFile(join(directory, "EVENTO"), JSON.stringify({ id: "x", format: 2, created: "2026-01-01" }));
  await t.throwsAsync(openIn(t, directory), { code: "DATA_FORMAT_UNKNOWN" });
  await t.throwsAsync(openIn(t, join(directory, "absent")), { code: "DATA_UNKNOWN" });
});

async function appendIn(t: ExecutionContext, directory: string, ids: readonly string[]): Promise<void> {
  const journal = await openIn(t, directory);
  for (const id of ids) await journal.append(doneCommand(id)).durable;
  await journal.close();
}

/** A directory whose log has two groups in a table, and two more in the newest file. */
async function makeGrownDirectory(t: ExecutionContext): Promise<string> {
  const directory = await makeDataDirectory(t);
  await appendIn(t, directory, ["1", "2"]);
  await appendIn(t, directory, ["3", "4"]);
  return directory;
}

/** A directory whose index has seen nothing of the three groups of its log. */
async function makeUnindexedDirectory(t: ExecutionContext): Promise<string> {
  const directory = await makeDataDirectory(t);
  const fresh = await copyOf(directory, "fresh");
  await appendIn(t, directory, ["1", "2", "3"]);
  await rm(join(directory, "index"), { recursive: true });
  await rename(join(fresh, "index"), join(directory, "index"));
  return directory;
}
