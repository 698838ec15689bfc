// What a start takes from the log: the fold of `evento:host`, and the commands that have no end yet.
import type { CommandRecord, Journal } from "../ports/journal.ts";
import type { Deployments } from "./deployments.ts";
import { hostHistory } from "./host-stream.ts";
import { OverdueRetries } from "./overdue-retries.ts";
import { pendingOf } from "./parking.ts";
import type { PendingCommand } from "./pending.ts";

const rowsPerPage = 1_000;

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
  const records: CommandRecord[] = [];
  let after = "";
  for (;;) {
    const page = await journal.commandsIn("pending", { after, limit: rowsPerPage });
    records.push(...page);
    const last = page.at(-1);
    if (last === undefined || page.length < rowsPerPage) break;
    after = last.command.id;
  }
  const inOrder = records.toSorted((one, other) => one.ordinal - other.ordinal);
  return { sequence, pending: inOrder.map((record) => pendingOf(record, deployments)), overdue };
}
