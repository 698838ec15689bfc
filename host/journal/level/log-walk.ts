// Walks over the log in order and checks each group: its checksum, that it follows from the one before, that none is missing,
// and that it is the one that the head file and the index's checkpoint have seen.
import { EventoError } from "../../errors.ts";
import { emptyChain, logDamaged } from "../group-codec.ts";
import { Group } from "../group.ts";
import type { JournalHead } from "../../ports/journal.ts";
import type { Anchor } from "./head-file.ts";
import type { LevelLog } from "./level-log.ts";

export const emptyHead: JournalHead = { group: 0, position: 0, hash: emptyChain, time: 0 };

export type Walk = {
  readonly log: LevelLog;
  /** Where the walk begins: the groups after this are checked. */
  readonly from: JournalHead;
  /** Points that the log is known to have reached. */
  readonly anchors: readonly Anchor[];
};

/**
 * Yields the groups after a point, checked, with the head of the log as of each.
 *
 * @throws EventoError LOG_DAMAGED at the first fault, LOG_TRUNCATED when the log does not reach an anchor.
 */
export async function* walkLog({ log, from, anchors }: Walk): AsyncGenerator<{ group: Group; head: JournalHead }> {
  const last = await log.last();
  for (const anchor of anchors) {
    requireReached(anchor, last);
    if (anchor.group <= from.group) await requirePassed(log, anchor);
  }
  let head = from;
  for await (const { number, value } of log.after(from.group)) {
    if (number !== head.group + 1) throw logDamaged(head.group + 1, `found nothing, but group ${number},`);
    const group = Group.read(number, value);
    group.requireAfter({ chain: head.hash, position: head.position });
    head = headOf(group);
    for (const anchor of anchors) if (anchor.group === number) requireSame(anchor, group);
    yield { group, head };
  }
  if (head.group !== last) throw logDamaged(head.group + 1, "found nothing");
}

function headOf(group: Group): JournalHead {
  return { group: group.number, position: group.lastPosition, hash: group.chain, time: group.head.time };
}

/** @throws EventoError LOG_TRUNCATED when the last group lies before an anchor. */
export function requireReached(anchor: Anchor, last: number): void {
  if (anchor.group <= last) return;
  throw new EventoError(
    "LOG_TRUNCATED",
    `found the log cut off: have=${last} anchor=${anchor.group} (groups; position ${anchor.position} was acknowledged)`,
    {
      hint: "restore the data directory from a backup: going on would give the lost positions to other events; with no backup, `evento recover` says what is lost and can go on without it",
    },
  );
}

async function requirePassed(log: LevelLog, anchor: Anchor): Promise<void> {
  if (anchor.group === 0) return;
  const [value] = await log.getMany([anchor.group]);
  if (value === undefined) throw logDamaged(anchor.group, "found nothing");
  requireSame(anchor, Group.read(anchor.group, value));
}

function requireSame(anchor: Anchor, group: Group): void {
  if (Buffer.compare(anchor.hash, group.chain) === 0 && anchor.position === group.lastPosition) return;
  throw logDamaged(
    group.number,
    "found other bytes than the ones that were acknowledged (files of two times are mixed)",
  );
}
