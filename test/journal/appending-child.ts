// A process that appends to a journal and says what became durable, until it is killed or its journal fails. Run by tests, which
// keep the lines as receipts.
//
//   node appending-child.ts <directory> <name> <writers> <bytes of a payload>
import { writeSync } from "node:fs";

import { openJournal } from "../../host/journal/level/level-journal.ts";
import { reasonOf } from "../../host/errors.ts";
import { doneCommand } from "./sample-entries.ts";

const [directory = "", name = "", writers = "1", payloadBytes = "0"] = process.argv.slice(2);

/** Written at once, so that what the parent reads was said before whatever came after. */
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

const { journal } = await openJournal({ directory, onFatal: (error) => say(`fatal ${reasonOf(error)}`) });
say(`open ${journal.head.position}`);

async function append(aggregate: string): Promise<void> {
  const payload = Buffer.alloc(Number(payloadBytes), 1);
  for (let sequence = await journal.sequence(aggregate); ; sequence++) {
    const id = `${name}-${aggregate}-${sequence}`;
    const [accepted, ...rest] = doneCommand(id, { aggregate, after: sequence });
    if (accepted?.kind !== "command") throw new Error("expected a command first");
    const command = { ...accepted, command: { ...accepted.command, payload } };
    const { firstPosition, durable } = journal.append([command, ...rest]);
    await durable;
    say(`durable ${id} ${firstPosition}`);
  }
}

const loops = Array.from({ length: Number(writers) }, (_, index) => append(`savings:${index}`));
const ends = await Promise.allSettled(loops);
for (const end of ends)
  if (end.status === "rejected") say(`rejected ${"code" in end.reason ? end.reason.code : reasonOf(end.reason)}`);
