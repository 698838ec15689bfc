// What a start takes from the log: the fold of `evento:host`, and the commands that have no end yet.
import { hostAggregate, hostAggregateType } from "../domain/host-schema.ts";
import { invariant } from "../errors.ts";
import type { CommandRecord, Journal } from "../ports/journal.ts";
import type { Deployments } from "./deployments.ts";
import { hostEventOf } from "./host-stream.ts";
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
  const sequence = await foldHistory(journal, {
    latestSchema: (aggregateType) => deployments.latestSchema(aggregateType),
    apply(event, position) {
      deployments.apply(event, position);
      overdue.see(event);
    },
  });
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

/** Folds all of `evento:host` into `deployments`. @returns its sequence. */
export async function foldHistory(
  journal: Journal,
  deployments: Pick<Deployments, "apply" | "latestSchema">,
): Promise<number> {
  const schema = deployments.latestSchema(hostAggregateType);
  invariant(schema !== undefined, "the host's own schema is there from the start");
  let sequence = 0;
  for (;;) {
    const events = await journal.stream(hostAggregate, { after: sequence, limit: rowsPerPage });
    for (const event of events) {
      deployments.apply(hostEventOf(schema, event), event.position);
      sequence = event.sequence;
    }
    if (events.length < rowsPerPage) return sequence;
  }
}
