// How often a read of a stream asks the disk.
import test from "ava";

import { MemoryDisk } from "../../host/journal/memory/memory-disk.ts";
import { openMemoryJournal } from "../../host/journal/memory/memory-journal.ts";
import { commandEntry, eventEntry, outcomeEntry } from "./sample-entries.ts";

class CountingDisk extends MemoryDisk {
  /** The groups of each. */
  readonly reads: (readonly number[])[] = [];

  override getMany(groups: readonly number[]): Promise<readonly (Uint8Array | undefined)[]> {
    this.reads.push(groups);
    return super.getMany(groups);
  }
}

const eventCount = 40;
const commandsPerGroup = 20;

async function writtenDisk(): Promise<CountingDisk> {
  const disk = new CountingDisk();
  const journal = await openMemoryJournal({ disk });
  for (let group = 0; group < eventCount / commandsPerGroup; group++) {
    const entries = Array.from({ length: commandsPerGroup }, (_, index) => {
      const sequence = group * commandsPerGroup + index + 1;
      const command = commandEntry(`${sequence}`);
      return [command, eventEntry(command.command, sequence), outcomeEntry(command.command.id)];
    });
    await journal.append(entries.flat()).durable;
  }
  await journal.close();
  disk.reads.length = 0;
  return disk;
}

test("the groups of a stream are read together and once, by several readers at once too", async (t) => {
  const disk = await writtenDisk();
  const journal = await openMemoryJournal({ disk });
  disk.reads.length = 0;
  const read = () => journal.stream("savings:ada", { after: 0, limit: 1_000 });
  const streams = await Promise.all([read(), read(), read()]);
  for (const events of streams)
    t.deepEqual(
      events.map(({ sequence }) => sequence),
      Array.from({ length: eventCount }, (_, index) => index + 1),
    );
  t.deepEqual(disk.reads, [[1, 2]]);
});

test("a read of a part of a stream reads no more groups than it needs", async (t) => {
  const disk = await writtenDisk();
  const journal = await openMemoryJournal({ disk });
  disk.reads.length = 0;
  const events = await journal.stream("savings:ada", { after: 25, limit: 5 });
  t.deepEqual(
    events.map(({ sequence }) => sequence),
    [26, 27, 28, 29, 30],
  );
  t.deepEqual(disk.reads, [[2]]);
});
