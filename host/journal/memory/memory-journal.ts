// The journal in memory, for tests and the simulator: the same log, index and rules, on a disk that its owner can hold still.
import { emptyChain, Group } from "../group-codec.ts";
import { LogJournal, timeOf } from "../log-journal.ts";
import type { LogStore } from "../log-store.ts";
import { MemoryRows } from "../memory-rows.ts";
import { entriesOf, project } from "../projection.ts";
import type { Range, Row, RowChange, Rows } from "../rows.ts";
import type { EventoError } from "../../errors.ts";
import type { JournalHead } from "../../ports/journal.ts";

/** A disk of groups. Writes wait for `sync` when it is given; what was not synced is gone after a crash. */
export class MemoryDisk implements LogStore {
  readonly #groups = new Map<number, Uint8Array>();
  readonly #sync: () => Promise<void>;

  /** @param sync - settles when a write is on disk; rejects to fail it. The default is at once. */
  constructor({ sync = async () => {} }: { sync?: () => Promise<void> } = {}) {
    this.#sync = sync;
  }

  async put(group: number, value: Uint8Array): Promise<void> {
    await this.#sync();
    this.#groups.set(group, value);
  }

  async get(group: number): Promise<Uint8Array | undefined> {
    return this.#groups.get(group);
  }

  get count(): number {
    return this.#groups.size;
  }
}

class MemoryIndex implements Rows {
  readonly #rows = new MemoryRows();

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows.get(key) ?? undefined;
  }

  async range(range: Range): Promise<readonly Row[]> {
    return this.#rows.rows(range);
  }

  change(changes: readonly RowChange[]): void {
    for (const change of changes) {
      if (change.value === null) this.#rows.forget(change.key);
      else this.#rows.change(change);
    }
  }
}

/** Opens a journal over what a disk holds: as after a crash, when the disk was used before. */
export async function openMemoryJournal(given: {
  disk: MemoryDisk;
  onFatal?: (error: EventoError) => void;
}): Promise<LogJournal> {
  const {
    disk,
    onFatal = (error) => {
      throw error;
    },
  } = given;
  const rows = new MemoryIndex();
  let head: JournalHead = { group: 0, position: 0, hash: emptyChain, time: 0 };
  for (let number = 1; number <= disk.count; number++) {
    const value = await disk.get(number);
    if (value === undefined)
      throw new Error(`invariant broken: the disk has ${disk.count} groups and no group ${number}`);
    const group = new Group(number, value);
    group.requireChain(head.hash);
    const entries = entriesOf(group);
    project(rows, group, entries);
    head = {
      group: number,
      position: group.firstPosition + group.eventCount - 1,
      hash: group.chain,
      time: entries.reduce((latest, entry) => Math.max(latest, timeOf(entry)), head.time),
    };
  }
  return new LogJournal({ log: disk, rows, head, onFatal });
}
