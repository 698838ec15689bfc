// From the log to the index: what the index has not seen is projected, and checked on the way.
import { Fatality } from "../fatality.ts";
import { project } from "../projection.ts";
import type { JournalHead } from "../../ports/journal.ts";
import type { Anchor } from "./head-file.ts";
import { emptyCheckpoint, indexFormat, makeIndex } from "./index-database.ts";
import type { LevelLog } from "./level-log.ts";
import { LevelRows } from "./level-rows.ts";
import { walkLog } from "./log-walk.ts";

export type IndexBuild = {
  readonly log: LevelLog;
  /** Points that the log is known to have reached. */
  readonly anchors: readonly Anchor[];
  /** The last group that is projected; those after it are only checked. */
  readonly upTo?: number;
  /** Called after each group of the log. */
  readonly onGroup?: (head: JournalHead) => void;
};

/** Projects what the rows have not seen. @returns the head of the log. @throws EventoError LOG_DAMAGED, LOG_TRUNCATED */
export async function catchUp(
  rows: LevelRows,
  { log, anchors, upTo = Infinity, onGroup }: IndexBuild,
): Promise<JournalHead> {
  const { format: _, ...from } = rows.checkpoint;
  let latest: JournalHead = from;
  for await (const { group, head } of walkLog({ log, from, anchors: [...anchors, from] })) {
    const { number, firstPosition, eventCount } = group;
    if (number <= upTo) {
      project(rows, { number, firstPosition, eventCount, entries: group.entries() });
      rows.reflect({ ...head, format: indexFormat });
      await rows.room();
    }
    latest = head;
    onGroup?.(head);
  }
  return latest;
}

/** Makes an index of the whole log at a place where there is none. @returns the head of the log. */
export async function buildIndex(path: string, build: IndexBuild): Promise<JournalHead> {
  const db = await makeIndex(path);
  try {
    const fatality = new Fatality();
    const rows = new LevelRows({ db, fatality, checkpoint: emptyCheckpoint });
    const head = await catchUp(rows, build);
    await rows.close();
    if (fatality.error !== undefined) throw fatality.error;
    return head;
  } finally {
    await db.close();
  }
}
