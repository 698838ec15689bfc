// What a start takes from the log: the fold of `evento:host`, and the commands that have no end yet.
import type { Journal } from "../ports/journal.ts";
import { commandRecords } from "./command-records.ts";
import type { Deployments } from "./deployments.ts";
import { hostHistory } from "./host-stream.ts";
import { OverdueRetries } from "./overdue-retries.ts";
import { pendingOf } from "./parking.ts";
import type { PendingCommand } from "./pending.ts";

/**
 * Folds `evento:host` into `deployments`, and answers its sequence, the pending commands in the order they were accepted, and what
 * should have been retried when the host ended.
 */
export async function recover(
  { journal }: { journal: Journal },
  deployments: Deployments,
): Promise<{ sequence: number; pending: readonly PendingCommand[]; overdue: OverdueRetries }> {
  const overdue = new OverdueRetries({ deployments });
  let sequence = 0;
  for await (const record of hostHistory(journal, { after: 0 })) {
    deployments.apply(record.event, record.position);
    overdue.see(record.event);
    sequence = record.sequence;
  }
  const records = await Array.fromAsync(commandRecords(journal, "pending"));
  const inOrder = records.toSorted((one, other) => one.ordinal - other.ordinal);
  return { sequence, pending: inOrder.map((record) => pendingOf(record, deployments)), overdue };
}
