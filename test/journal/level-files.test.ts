// Files of LevelDB as this journal checks them, against what LevelDB itself has written.
import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import test, { type ExecutionContext } from "ava";

import { crc32c } from "../../host/journal/level/crc32c.ts";
import { damagedFilesIn } from "../../host/journal/level/database-files.ts";
import { openDatabase } from "../../host/journal/level/level-database.ts";
import { stateOfRecords } from "../../host/journal/level/record-file.ts";
import { unsnappy } from "../../host/journal/level/snappy.ts";
import { isSoundTable } from "../../host/journal/level/table-file.ts";
import { makeDataDirectory } from "./level-directory.ts";

test("the checksum is the one of RFC 3720", (t) => {
  t.is(crc32c(Buffer.alloc(32), 0, 32), 0x8a9136aa);
  t.is(crc32c(Buffer.from("--123456789"), 2, 11), 0xe3069283);
});

test("compressed bytes come out whole, and what is no Snappy is refused", (t) => {
  // "abcdabcdabcd-" as a piece of four, a copy of eight that reaches into itself, and a piece of one.
  const packed = Buffer.from([13, 3 << 2, 97, 98, 99, 100, 1 | (4 << 2), 4, 0, 45]);
  t.is(unsnappy(packed).toString(), "abcdabcdabcd-");
  for (const wrong of [[], [4, 3 << 2, 97], [9, 3 << 2, 97, 98, 99, 100, 1, 200], [200, 200, 200, 200, 200]])
    t.throws(() => unsnappy(Buffer.from(wrong)), { instanceOf: RangeError });
});

test("what LevelDB has written is sound, in tables with and without compression and over many blocks of records", async (t) => {
  const path = await makeDatabase(t);
  const names = await readdir(path);
  t.true(names.some((name) => name.endsWith(".ldb")) && names.some((name) => name.endsWith(".log")));
  t.deepEqual(await damagedFilesIn(path, "all"), []);
});

test("a bit that flips in any byte of a table is found, but for the few that say nothing", async (t) => {
  const path = await makeDatabase(t);
  const name = (await readdir(path)).find((file) => file.endsWith(".ldb")) ?? "";
  const bytes = await readFile(join(path, name));
  let unnoticed = 0;
  for (let at = 0; at < bytes.length; at += at < bytes.length - 200 ? 97 : 1) {
    bytes[at] = (bytes[at] ?? 0) ^ 4;
    if (isSoundTable(bytes)) unnoticed++;
    bytes[at] = (bytes[at] ?? 0) ^ 4;
  }
  t.true(isSoundTable(bytes));
  // The footer is filled up to its length.
  t.true(unnoticed <= 40, `${unnoticed}`);
});

test("a bit that flips in a record is found where a later one begins, and is like a torn end in the last", async (t) => {
  const path = await makeDatabase(t);
  const name = (await readdir(path)).find((file) => file.endsWith(".log")) ?? "";
  const bytes = await readFile(join(path, name));
  const states = { sound: 0, torn: 0, damaged: 0 };
  for (let at = 0; at < bytes.length; at += 61) {
    bytes[at] = (bytes[at] ?? 0) ^ 4;
    states[stateOfRecords(bytes)]++;
    bytes[at] = (bytes[at] ?? 0) ^ 4;
  }
  t.is(stateOfRecords(bytes), "sound");
  t.is(states.sound, 0);
  t.true(states.damaged > 10 * states.torn, JSON.stringify(states));
});

test("a record whose length grew beyond the file was not torn, and one that was cut anywhere is", async (t) => {
  const path = await makeDatabase(t);
  const name = (await readdir(path)).find((file) => file.endsWith(".log")) ?? "";
  const bytes = await readFile(join(path, name));
  // A head, that of a batch, and one row with its lengths.
  const lastAt = bytes.length - (7 + 12 + 1 + 1 + "last".length + 1 + "short".length);
  bytes.writeUInt16LE(0x4000, lastAt + 4);
  t.is(stateOfRecords(bytes), "damaged");
  const whole = await readFile(join(path, name));
  for (let left = lastAt + 1; left < whole.length; left++) t.is(stateOfRecords(whole.subarray(0, left)), "torn");
  t.is(stateOfRecords(whole.subarray(0, lastAt)), "sound");
});

test("of journals in a row only the last with records can be torn", async (t) => {
  const path = await makeDatabase(t);
  const name = (await readdir(path)).find((file) => file.endsWith(".log")) ?? "";
  const file = join(path, name);
  const whole = await readFile(file);
  await truncate(file, whole.length - 1);
  t.deepEqual(await damagedFilesIn(path, "journals"), []);
  const later = join(path, "999999.log");
  await writeFile(later, "");
  t.deepEqual(await damagedFilesIn(path, "journals"), []);
  await writeFile(later, whole);
  t.deepEqual(await damagedFilesIn(path, "journals"), [basename(file)]);
  await rm(later);
});

/** A database with rows in tables and in a journal: some that can be compressed, some that can't. */
async function makeDatabase(t: ExecutionContext): Promise<string> {
  const path = join(await makeDataDirectory(t), "files");
  for (const round of [1, 2]) {
    const db = await openDatabase(path, { createIfMissing: round === 1, writeBufferBytes: 1 << 20 });
    for (let row = 0; row < 150; row++) {
      const value = Buffer.alloc(1_000, `${round} ${row}`);
      if (row % 2 === 0) for (let at = 0; at < 1_000; at++) value[at] = (at * at * (row + 7)) >>> 3;
      await db.put(Buffer.from(`${round}/${row}`), value);
    }
    await db.put(Buffer.from("last"), Buffer.from("short"));
    await db.close();
  }
  return path;
}
