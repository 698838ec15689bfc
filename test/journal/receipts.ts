// What an appending child said is durable, and the check that a journal has it.
import type { ExecutionContext } from "ava";

import type { Journal } from "../../host/ports/journal.ts";
import type { Child } from "./child-process.ts";

/** Positions of the commands that were acknowledged, by id. */
export type Receipts = ReadonlyMap<string, number>;

export function receiptsOf(child: Child): Receipts {
  const receipts = new Map<string, number>();
  for (const line of child.lines) {
    const [kind, id = "", position] = line.split(" ");
    if (kind === "durable") receipts.set(id, Number(position));
  }
  return receipts;
}

export async function requireReceipts(t: ExecutionContext, journal: Journal, receipts: Receipts): Promise<void> {
  for (const [id, position] of receipts) {
    const record = await journal.command(id);
    if (record?.status !== "done" || record.events[0]?.position !== position)
      t.fail(`${id} was acknowledged at ${position} and is ${record?.status} at ${record?.events[0]?.position}`);
  }
  t.pass();
}

/** Positions and sequences go on from 1 without a gap. */
export async function requireNoGaps(t: ExecutionContext, journal: Journal): Promise<void> {
  const sequences = new Map<string, number>();
  let position = 0;
  while (position < journal.head.position) {
    const { events } = await journal.events({ after: position, limit: 1_000 });
    for (const event of events) {
      const sequence = (sequences.get(event.aggregate) ?? 0) + 1;
      if (event.position !== ++position || event.sequence !== sequence)
        t.fail(`${event.id} is at ${event.position} and ${event.sequence}, expected ${position} and ${sequence}`);
      sequences.set(event.aggregate, sequence);
    }
  }
  t.pass();
}
