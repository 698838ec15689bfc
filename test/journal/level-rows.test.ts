import { join } from "node:path";

import test from "ava";

import { indexBytesMax, indexRowsMax } from "../../host/limits.ts";
import { verifyJournal } from "../../host/journal/level/verify.ts";
import { editRows } from "./damage.ts";
import { makeDataDirectory, openIn } from "./level-directory.ts";
import { doneCommand, foldedState } from "./sample-entries.ts";

test("more states than may wait at once are all kept, and the index is as it should be", async (t) => {
  const directory = await makeDataDirectory(t);
  const journal = await openIn(t, directory);
  const count = 40;
  const ids = Array.from({ length: count }, (_, index) => `c${index}`);
  await Promise.all(ids.map((id) => journal.append(doneCommand(id)).durable));
  const state = Buffer.alloc(1 << 20, 1);
  t.true(count * state.length > 2 * indexBytesMax);
  for (const id of ids) journal.keepState({ ...foldedState(`savings:${id}`, 1), state });
  for (const id of ids) t.is((await journal.state(`savings:${id}`))?.state.length, state.length);
  await journal.close();
  t.deepEqual((await verifyJournal(directory)).faults, []);
  const reopened = await openIn(t, directory);
  for (const id of ids) t.deepEqual((await reopened.state(`savings:${id}`))?.state, state);
});

test("far more rows than wait in memory at once are all written, and read while they are", async (t) => {
  const directory = await makeDataDirectory(t);
  const journal = await openIn(t, directory);
  const ids = Array.from({ length: indexRowsMax }, (_, index) => `c${index}`);
  await Promise.all(ids.map((id) => journal.append(doneCommand(id)).durable));
  for (const id of ["c0", "c10000", "c19999"]) t.is((await journal.command(id))?.status, "done");
  await journal.close();
  await editRows(join(directory, "index"), async (db) => {
    const commands = await db.keys({ gte: Buffer.from([1]), lt: Buffer.from([2]) }).all();
    t.is(commands.length, ids.length);
  });
});
