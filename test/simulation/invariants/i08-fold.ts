// I8: every state that was shown is the fold of the aggregate's events up to its sequence, by one version of the aggregator.
import type { AggregateView } from "../../../host/engine/views.ts";
import { accountAfter } from "../bank-model.ts";
import type { Account } from "../bank-codec.ts";
import type { Evidence } from "../evidence.ts";
import type { LogRecord } from "../log-record.ts";
import { holds } from "../violation.ts";

export function foldedStates({ log, reads }: Evidence): void {
  for (const view of reads) requireFold(log, view);
}

/** @param points - what the aggregator in charge gives for an event; any when several may have been. */
export function requireFold(log: LogRecord, view: AggregateView, points?: number): void {
  const { aggregate, sequence, state } = view;
  const events = (log.streams.get(aggregate) ?? []).slice(0, sequence);
  holds(
    events.length === sequence,
    "I8",
    () => `${aggregate} was shown at ${sequence} and has ${events.length} events`,
  );
  if (view.aggregate_type === "Ledger") {
    const { count } = state as { count: number };
    holds(count === sequence, "I8", () => `${aggregate} was shown with ${count} notes at ${sequence}`);
    return;
  }
  const shown = state as Account;
  const factor = points ?? shown.points / sequence;
  const folded = accountAfter(events, factor);
  const same =
    [1, 2, 3].includes(factor) &&
    shown.balance === folded.balance &&
    shown.count === folded.count &&
    shown.points === folded.points &&
    shown.payees.join() === folded.payees.join() &&
    cardsOf(shown) === cardsOf(folded);
  holds(
    same,
    "I8",
    () => `${aggregate} was shown as ${JSON.stringify(shown)}, its events are ${JSON.stringify(folded)}`,
  );
}

function cardsOf({ cards }: Account): string {
  return Object.entries(cards)
    .map(([card, uses]) => `${card} ${uses}`)
    .toSorted()
    .join();
}
