// The commands in a status, page by page, so that no more than a page of them is in memory.
import type { CommandRecord, Journal } from "../ports/journal.ts";

const recordsPerPage = 500;
const bytesPerPage = 8 << 20;

/** All commands in a status, in the order of their ids. One that leaves the status meanwhile may still be among them. */
export async function* commandRecords(
  journal: Pick<Journal, "commandsIn">,
  status: "pending" | "parked",
): AsyncGenerator<CommandRecord> {
  for (let after = ""; ;) {
    const records = await journal.commandsIn(status, { after, limit: recordsPerPage, bytesMax: bytesPerPage });
    yield* records;
    const last = records.at(-1);
    // A page may be short for its bytes: the last one is empty.
    if (last === undefined) return;
    after = last.command.id;
  }
}
