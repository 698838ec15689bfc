// What a log has lost: how far it is sound, why it does not go on there, and what is known of the rest.
import { EventoError } from "../../errors.ts";
import { Group } from "../group.ts";
import type { JournalHead } from "../../ports/journal.ts";
import { readAnchor, type Anchor } from "./head-file.ts";
import { openIndex, readCheckpoint } from "./index-database.ts";
import type { DataPaths } from "./data-directory.ts";
import type { LevelLog } from "./level-log.ts";
import { emptyHead, requireReached, walkLog } from "./log-walk.ts";

export type LogLoss = {
  /** Why the log is refused. */
  readonly cause: EventoError;
  /** The head of what is sound, which all that is kept ends with. */
  readonly kept: JournalHead;
  /** The point that the log is known to have reached; undefined when nobody knows. */
  readonly acknowledged: Anchor | undefined;
  /** Groups after the sound ones that are still there, and those among them whose own checksum fits. */
  readonly dropped: { readonly groups: number; readonly whole: number };
};

/**
 * Looks at a whole log.
 *
 * @returns undefined when nothing is lost.
 * @throws EventoError LOG_DAMAGED when the log is not the one that the head file belongs to: nothing of it is to be kept.
 */
export async function findLoss(
  log: LevelLog,
  { paths, onHead }: { paths: DataPaths; onHead?: (head: JournalHead) => void },
): Promise<LogLoss | undefined> {
  let kept = emptyHead;
  const head = await attempt(() => readAnchor(paths.head));
  const acknowledged = head instanceof EventoError ? await checkpointOf(paths) : head;
  const damage = await attempt(async () => {
    for await (const sound of walkLog({ log, from: emptyHead, anchors: [] })) {
      kept = sound.head;
      onHead?.(kept);
    }
  });
  if (acknowledged !== undefined && acknowledged.group > 0 && acknowledged.group <= kept.group)
    // Reads the one group again, which has to be what was acknowledged.
    for await (const _ of walkLog({ log, from: kept, anchors: [acknowledged] })) break;
  const cut = await attempt(async () => acknowledged && requireReached(acknowledged, kept.group));
  const cause = [damage, cut, head].find((found) => found instanceof EventoError);
  if (!(cause instanceof EventoError)) return undefined;
  return { cause, kept, acknowledged, dropped: await droppedAfter(log, kept.group) };
}

/** The index knows how far the log reached, too. One that can't be read knows nothing. */
async function checkpointOf({ index }: DataPaths): Promise<Anchor | undefined> {
  try {
    const db = await openIndex(index);
    try {
      return await readCheckpoint(db);
    } finally {
      await db.close();
    }
  } catch (error) {
    if (error instanceof EventoError) return undefined;
    throw error;
  }
}

async function droppedAfter(log: LevelLog, group: number): Promise<LogLoss["dropped"]> {
  let groups = 0;
  let whole = 0;
  await attempt(async () => {
    for await (const { number, value } of log.after(group)) {
      groups++;
      if (!((await attempt(async () => Group.read(number, value))) instanceof EventoError)) whole++;
    }
  });
  return { groups, whole };
}

/** What a step gives, or its failure. */
async function attempt<Result>(step: () => Promise<Result>): Promise<Result | EventoError> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof EventoError) return error;
    throw error;
  }
}
