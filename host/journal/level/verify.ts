// Checks a data directory that no host runs on: that every group of the log is there, as it was written and in its place, and
// that the index says what the log says, all of it and no more.
import { rm } from "node:fs/promises";

import { Fatality } from "../fatality.ts";
import { FaultList, type FoundFault } from "../fault-list.ts";
import type { JournalHead } from "../../ports/journal.ts";
import { readAnchor, type Anchor } from "./head-file.ts";
import { holdDirectory } from "./held-directory.ts";
import { buildIndex } from "./index-build.ts";
import { compareIndexes } from "./index-comparison.ts";
import { emptyCheckpoint, makeIndex, openIndex, readCheckpoint } from "./index-database.ts";
import type { JournalProgress } from "./journal-progress.ts";
import type { LevelDatabase } from "./level-database.ts";
import { LevelLog } from "./level-log.ts";
import { emptyHead, requireReached } from "./log-walk.ts";

export type JournalReport = {
  /** UUID of the log. */
  readonly id: string;
  /** The head of what is sound: of the whole log when there is no fault in it. */
  readonly head: JournalHead;
  /** Rows of the index that were looked at; undefined when it could not be compared. */
  readonly rowCount: number | undefined;
  readonly faultCount: number;
  /** The first of the faults. None: log and index are sound. */
  readonly faults: readonly FoundFault[];
};

/**
 * Checks all of a data directory. For a while it takes as much room again as the index.
 *
 * @throws EventoError JOURNAL_LOCKED, DATA_UNKNOWN, DATA_FORMAT_UNKNOWN, DATA_INCOMPLETE, DATA_UNREADABLE when there is nothing
 *   to check.
 */
export async function verifyJournal(
  directory: string,
  { onProgress }: { onProgress?: (progress: JournalProgress) => void } = {},
): Promise<JournalReport> {
  await using closing = new AsyncDisposableStack();
  const { identity, paths, logDb } = await holdDirectory(directory, closing);
  const faults = new FaultList();
  const log = new LevelLog({ db: logDb, fatality: new Fatality() });
  const total = await log.last();
  const anchors: Anchor[] = [];
  const reached = (anchor: Anchor): void => {
    requireReached(anchor, total);
    anchors.push(anchor);
  };
  await faults.of(async () => reached(await readAnchor(paths.head)));
  const index = await faults.of(() => openIndex(paths.index));
  closing.defer(async () => index?.close());
  const checkpoint = index && (await faults.of(() => readCheckpoint(index)));
  await faults.of(async () => reached(checkpoint ?? emptyCheckpoint));

  let head = emptyHead;
  await rm(paths.newIndex, { recursive: true, force: true });
  closing.defer(() => rm(paths.newIndex, { recursive: true, force: true }));
  await faults.of(() =>
    buildIndex(paths.newIndex, {
      log,
      anchors,
      upTo: checkpoint?.group ?? 0,
      onGroup: (sound) => {
        head = sound;
        onProgress?.({ stage: "log", done: sound.group, total });
      },
    }),
  );
  const comparable = index !== undefined && checkpoint !== undefined && checkpoint.group <= head.group;
  const rowCount = comparable ? await faults.of(() => compared(index, paths.newIndex)) : undefined;
  return { id: identity.id, head, rowCount, faultCount: faults.count, faults: faults.first };

  async function compared(index: LevelDatabase, path: string): Promise<number> {
    const expected = await makeIndex(path);
    try {
      return await compareIndexes({
        index,
        expected,
        onFault: (fault) => faults.add(fault),
        onRows: (done) => onProgress?.({ stage: "index", done, total: undefined }),
      });
    } finally {
      await expected.close();
    }
  }
}
