import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { backUp, type LogSource } from "../../host/archive/backup.ts";
import { FileArchive } from "../../host/archive/file-archive.ts";
import { restore } from "../../host/archive/restore.ts";
import { openJournal } from "../../host/journal/level/level-journal.ts";
import { verifyJournal } from "../../host/journal/level/verify.ts";
import type { Journal } from "../../host/ports/journal.ts";
import { allAnswers } from "../journal/all-answers.ts";
import { makeDataDirectory } from "../journal/level-directory.ts";
import { doneCommand } from "../journal/sample-entries.ts";
import { makeSampleLog } from "../journal/sample-log.ts";

type Bench = {
  readonly journal: Journal;
  readonly source: LogSource;
  readonly folder: string;
  readonly archive: FileArchive;
  /** Where a data directory may be made. */
  readonly directory: string;
};

/** A journal with something in it, and places for a copy and for a new data directory. */
async function makeBench(t: ExecutionContext): Promise<Bench> {
  const { journal, identity, store } = await openJournal({
    directory: await makeDataDirectory(t),
    onFatal: (error) => t.fail(error.message),
  });
  t.teardown(() => journal.close());
  await makeSampleLog(journal);
  const folder = await mkdtemp(join(tmpdir(), "evento-copy-"));
  t.teardown(() => rm(folder, { recursive: true }));
  const source: LogSource = {
    identity: async () => ({ id: identity.id, created: identity.created, groups: journal.head.group }),
    groups: (after) => store.after(after),
    component: async () => t.fail("the sample log deploys nothing") && new Uint8Array(),
  };
  const archive = new FileArchive({ directory: join(folder, "copy") });
  return { journal, source, folder, archive, directory: join(folder, "data") };
}

function restoreTo(directory: string, archive: FileArchive, log?: string) {
  const openFunctions = async () => ({
    check: () => Promise.reject(new Error("the sample log deploys nothing")),
    close: async () => {},
  });
  return restore({ archive, log, directory, openFunctions });
}

async function segmentsOf({ archive, folder }: Bench): Promise<string[]> {
  const names = await archive.list("");
  return names.filter((name) => name.endsWith(".groups")).map((name) => join(folder, "copy", name));
}

test("a restored directory is sound and answers everything as the one that was copied", async (t) => {
  const bench = await makeBench(t);
  const report = await backUp(bench);
  t.is(report.groups, bench.journal.head.group);
  const restored = await restoreTo(bench.directory, bench.archive);
  t.is(restored.log, report.log);
  t.is((await verifyJournal(bench.directory)).faultCount, 0);
  const { journal, identity } = await openJournal({
    directory: bench.directory,
    onFatal: (error) => t.fail(error.message),
  });
  t.teardown(() => journal.close());
  t.is(identity.id, report.log);
  t.deepEqual(journal.head, bench.journal.head);
  t.deepEqual(await allAnswers(journal), await allAnswers(bench.journal));
});

test("a second backup adds what is new and nothing else, and a third nothing", async (t) => {
  const bench = await makeBench(t);
  const first = await backUp(bench);
  for (const after of [0, 1, 2])
    await bench.journal.append(doneCommand(`more${after}`, { aggregate: "savings:eve", after })).durable;
  const second = await backUp(bench);
  t.is(second.groups, first.groups + 3);
  t.is(second.added.groups, 3);
  t.is((await segmentsOf(bench)).length, 2);
  t.like((await backUp(bench)).added, { groups: 0, bytes: 0 });
  t.is((await segmentsOf(bench)).length, 2);
  await restoreTo(bench.directory, bench.archive);
  t.is((await verifyJournal(bench.directory)).head.group, second.groups);
});

test("a backup that breaks off is an error, and the next one goes on where it was", async (t) => {
  const bench = await makeBench(t);
  const breaking: LogSource = {
    ...bench.source,
    async *groups(after) {
      for await (const group of bench.source.groups(after)) {
        if (group.number > after + 10) return;
        yield group;
      }
    },
  };
  await t.throwsAsync(backUp({ source: breaking, archive: bench.archive }), { code: "SEGMENT_BROKEN" });
  t.is((await backUp(bench)).added.groups, bench.journal.head.group - 10);
});

test("two backups at once leave a copy that is whole", async (t) => {
  const bench = await makeBench(t);
  await Promise.all([backUp(bench), backUp(bench)]);
  await bench.journal.append(doneCommand("more", { aggregate: "savings:eve", after: 0 })).durable;
  await Promise.all([backUp(bench), backUp(bench)]);
  t.is((await restoreTo(bench.directory, bench.archive)).head.group, bench.journal.head.group);
});

test("any flipped bit and any cut of a copy is refused by name, and leaves the place empty", async (t) => {
  const bench = await makeBench(t);
  await backUp(bench);
  const [path = ""] = await segmentsOf(bench);
  const whole = await readFile(path);
  for (let trial = 0; trial < 60; trial++) {
    const at = Math.floor((whole.length * trial) / 60);
    const damaged = trial % 2 === 0 ? Buffer.from(whole) : whole.subarray(0, at);
    if (trial % 2 === 0) damaged[at] = (damaged[at] ?? 0) ^ (1 << (trial % 8));
    await writeFile(path, damaged);
    const error = await t.throwsAsync(restoreTo(bench.directory, bench.archive));
    t.like(error, { code: "ARCHIVE_DAMAGED" }, `trial ${trial} at ${at}`);
  }
  await writeFile(path, whole);
  await restoreTo(bench.directory, bench.archive);
});

test("a missing segment is refused", async (t) => {
  const bench = await makeBench(t);
  await backUp(bench);
  for (const after of [0, 1]) {
    await bench.journal.append(doneCommand(`more${after}`, { aggregate: "savings:eve", after })).durable;
    await backUp(bench);
  }
  const segments = await segmentsOf(bench);
  t.is(segments.length, 3);
  await rm(segments[1] ?? "");
  await t.throwsAsync(restoreTo(bench.directory, bench.archive), { code: "ARCHIVE_DAMAGED" });
});

test("a host on an older copy of its data does not overwrite the newer copy", async (t) => {
  const bench = await makeBench(t);
  await backUp(bench);
  const older: LogSource = {
    ...bench.source,
    identity: async () => ({ ...(await bench.source.identity()), groups: 3 }),
  };
  await t.throwsAsync(backUp({ source: older, archive: bench.archive }), { code: "ARCHIVE_AHEAD" });
});

test("nothing is restored over what is there, from nowhere, or from one of several logs that was not named", async (t) => {
  const bench = await makeBench(t);
  const other = await makeBench(t);
  await t.throwsAsync(restoreTo(bench.directory, bench.archive), { code: "ARCHIVE_EMPTY" });
  const { log } = await backUp(bench);
  await backUp({ source: other.source, archive: bench.archive });
  await t.throwsAsync(restoreTo(bench.directory, bench.archive), { code: "ARCHIVE_AMBIGUOUS" });
  await restoreTo(bench.directory, bench.archive, log);
  const names = await readdir(bench.directory);
  await t.throwsAsync(restoreTo(bench.directory, bench.archive, log), { code: "DATA_NOT_EMPTY" });
  t.deepEqual(await readdir(bench.directory), names);
});
