// Makes the index anew from the log, which is only read. The new one takes the place of the old when it is whole.
import { rename, rm } from "node:fs/promises";

import { Fatality } from "../fatality.ts";
import type { JournalHead } from "../../ports/journal.ts";
import { isMissing, syncDirectory } from "../../storage/durable-file.ts";
import { readAnchor } from "./head-file.ts";
import { holdDirectory } from "./held-directory.ts";
import { buildIndex } from "./index-build.ts";
import { LevelLog } from "./level-log.ts";
import type { JournalProgress } from "./journal-progress.ts";

/**
 * Rebuilds the index of a data directory that no host runs on. When it is broken off, it can be started again.
 *
 * @returns the head of the log, which the index reflects.
 * @throws EventoError as `openJournal` does, but for INDEX_DAMAGED: a damaged log is not indexed.
 */
export async function reindexJournal(
  directory: string,
  { onProgress }: { onProgress?: (progress: JournalProgress) => void } = {},
): Promise<JournalHead> {
  await using closing = new AsyncDisposableStack();
  const { paths, logDb } = await holdDirectory(directory, closing);
  const log = new LevelLog({ db: logDb, fatality: new Fatality() });
  const anchors = [await readAnchor(paths.head)];
  const total = await log.last();
  await rm(paths.newIndex, { recursive: true, force: true });
  const head = await buildIndex(paths.newIndex, {
    log,
    anchors,
    onGroup: ({ group }) => onProgress?.({ stage: "log", done: group, total }),
  });
  // Between the two renames there is no index: a host that opens then says so, and a reindex mends it.
  await rm(paths.oldIndex, { recursive: true, force: true });
  await renameIfThere(paths.index, paths.oldIndex);
  await rename(paths.newIndex, paths.index);
  await syncDirectory(directory);
  await rm(paths.oldIndex, { recursive: true, force: true });
  return head;
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}
