// Data directories for tests: each of its own, cleared away afterwards.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { ExecutionContext } from "ava";

import { initJournal, openJournal } from "../../host/journal/level/level-journal.ts";
import type { Journal } from "../../host/ports/journal.ts";

/** Makes a data directory with an empty journal. */
export async function makeDataDirectory(t: ExecutionContext): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), "evento-journal-"));
  t.teardown(() => rm(parent, { recursive: true }));
  const directory = join(parent, "data");
  await initJournal(directory);
  return directory;
}

/** Opens the journal of a directory; a fatal failure fails the test, unless it is expected. */
export async function openIn(
  t: ExecutionContext,
  directory: string,
  onFatal: (error: Error) => void = (error) => t.fail(`the journal ended: ${error.message}`),
): Promise<Journal> {
  const { journal } = await openJournal({ directory, onFatal });
  t.teardown(() => journal.close());
  return journal;
}
