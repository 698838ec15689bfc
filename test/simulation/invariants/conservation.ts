// Nothing comes of nothing: when everything is quiet, accounts hold together what was deposited, though money went round.
import { payloadOf } from "../bank-model.ts";
import type { Evidence } from "../evidence.ts";
import { holds } from "../violation.ts";

export function conservation({ log, quiet }: Evidence): void {
  if (!quiet) return;
  const sums = { Deposited: 0, Sent: 0, Received: 0, Confirmed: 0 };
  for (const event of log.events) {
    const { event_type } = event;
    if (event.aggregate_type !== "Account" || !(event_type in sums)) continue;
    sums[event_type as keyof typeof sums] += payloadOf(event).amount;
  }
  holds(
    sums.Sent === sums.Received && sums.Received === sums.Confirmed,
    "conservation",
    () => `${sums.Sent} was sent, ${sums.Received} received and ${sums.Confirmed} confirmed`,
  );
}
