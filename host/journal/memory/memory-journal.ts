// The journal in memory, for tests and the simulator: the same log, index and rules, on a disk that its owner can hold still.
import { Fatality } from "../fatality.ts";
import { emptyChain } from "../group-codec.ts";
import { Group } from "../group.ts";
import { LogJournal } from "../log-journal.ts";
import { project } from "../projection.ts";
import type { JournalHead } from "../../ports/journal.ts";
import type { MemoryDisk } from "./memory-disk.ts";
import { MemoryRows } from "./memory-rows.ts";

/** Opens a journal over what a disk holds: as after a crash, when the disk was used before. */
export async function openMemoryJournal(given: {
  disk: MemoryDisk;
  /** Called once, when a write failed. The default throws. */
  onFatal?: (error: Error) => void;
}): Promise<LogJournal> {
  const { disk, onFatal = rethrow } = given;
  const fatality = new Fatality();
  const rows = new MemoryRows();
  let head: JournalHead = { group: 0, position: 0, hash: emptyChain, time: 0 };
  for await (const { number, value } of disk.after(0)) {
    const group = Group.read(number, value);
    group.requireAfter({ chain: head.hash, position: head.position });
    const { firstPosition, eventCount } = group;
    project(rows, { number, firstPosition, eventCount, entries: group.entries() });
    head = { group: number, position: group.lastPosition, hash: group.chain, time: group.head.time };
  }
  const journal = new LogJournal({ log: disk, rows, fatality, head });
  // After the journal, which rejects what waits before anybody ends the process.
  fatality.onRaise(onFatal);
  return journal;
}

function rethrow(error: Error): void {
  throw error;
}
