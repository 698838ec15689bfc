import { rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import test from "ava";

import { DirectoryLock } from "../../host/journal/level/directory-lock.ts";
import { startChild } from "./child-process.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";
import { doneCommand } from "./sample-entries.ts";

test("a second host on a directory is refused, and the first is not disturbed", async (t) => {
  const directory = await makeDataDirectory(t);
  const first = startChild(t, "appending-child.ts", [directory, "a", "1"]);
  await first.said("durable");
  for (let attempt = 0; attempt < 5; attempt++)
    await t.throwsAsync(openIn(t, directory), { code: "JOURNAL_LOCKED", message: /another host/ });
  await first.saidLines(first.lines.length + 20);
  await first.kill();
  const journal = await openIn(t, directory);
  const receipts = first.lines.filter((line) => line.startsWith("durable")).map((line) => line.split(" ")[1] ?? "");
  t.true(receipts.length > 20);
  for (const id of receipts) t.is((await journal.command(id))?.status, "done", id);
});

test("a second journal of the same process on a directory is refused, and the first is not disturbed", async (t) => {
  const directory = await makeDataDirectory(t);
  const first = await openIn(t, directory);
  await t.throwsAsync(openIn(t, directory), { code: "JOURNAL_LOCKED" });
  await first.append(doneCommand("1")).durable;
  await first.close();
  const second = await openIn(t, directory);
  t.is((await second.command("1"))?.status, "done");
});

test("two hosts that open a directory at once do not both get it", async (t) => {
  const directory = await makeDataDirectory(t);
  const openings = await Promise.allSettled(Array.from({ length: 5 }, () => openIn(t, directory)));
  t.is(openings.filter(({ status }) => status === "fulfilled").length, 1);
});

test("a directory that is given back within a moment is had by who asked before", async (t) => {
  const directory = await makeDataDirectory(t);
  const first = await openIn(t, directory);
  const second = openIn(t, directory);
  await first.close();
  await t.notThrowsAsync(second);
});

test("directories next to each other are held apart", async (t) => {
  const journals = await Promise.all([makeDataDirectory(t), makeDataDirectory(t)]);
  for (const directory of journals) await t.notThrowsAsync(openIn(t, directory));
});

test("where a socket is a file, one that a killed host left behind is taken over, and one in use is not", async (t) => {
  const directory = await makeDataDirectory(t);
  const lock = await DirectoryLock.take(directory, "darwin");
  await t.throwsAsync(DirectoryLock.take(directory, "darwin"), { code: "JOURNAL_LOCKED" });
  await lock.release();
  const { dev, ino } = await stat(directory, { bigint: true });
  const path = join(tmpdir(), `evento-${dev}-${ino}.sock`);
  t.teardown(() => rm(path, { force: true }));
  const left = startChild(t, "listening-child.ts", [path]);
  await left.said("listening");
  await left.kill();
  await t.notThrowsAsync(stat(path));
  const again = await DirectoryLock.take(directory, "darwin");
  await again.release();
});
