import test from "ava";

import { Ledger, type LogEvent } from "./ledger.ts";

let position = 0;

/** Balances are those of the account at that moment. */
function event(
  event_type: string,
  given: { entity: string; depth: number; amount: string; balance?: string },
): LogEvent {
  const { entity, depth, amount, balance } = given;
  position++;
  return {
    id: `e${position}`,
    event_type,
    entity,
    aggregate: entity,
    sequence: 1,
    position,
    time: "2026-01-01T00:00:00.000Z",
    root_cause: depth <= 1 && event_type !== "FundsSent" ? `root-${position}` : "transfer",
    depth,
    cause: { kind: "command", id: "c" },
    payload: { amount, ...(balance === undefined ? {} : { balance }) },
  };
}

function ledgerWith100(): Ledger {
  const ledger = new Ledger();
  ledger.add(event("DepositReceived", { entity: "checking:1", depth: 1, amount: "100.00", balance: "100.00" }));
  return ledger;
}

const sent = () => event("FundsSent", { entity: "checking:1", depth: 1, amount: "40.00", balance: "60.00" });
const received = () => event("DepositReceived", { entity: "savings:1", depth: 3, amount: "40.00", balance: "40.00" });
const refused = () => event("DepositRefused", { entity: "savings:1", depth: 3, amount: "40.00" });
const refunded = () =>
  event("TransferRefunded", { entity: "checking:1", depth: 5, amount: "40.00", balance: "100.00" });

test("a transfer that arrived or came back is complete", (t) => {
  for (const steps of [
    [sent(), received()],
    [sent(), refused(), refunded()],
  ]) {
    const ledger = ledgerWith100();
    for (const step of steps) ledger.add(step);
    t.notThrows(() => ledger.requireComplete());
  }
});

for (const [what, steps, message] of [
  ["is sent and neither arrives nor comes back", [sent], /^FundsSent of transfer was followed by 0/],
  ["is refused and does not come back", [sent, refused], /^DepositRefused of transfer was followed by 0/],
  ["arrives twice", [sent, received, received], /DepositReceived of transfer happened twice/],
  ["is sent twice", [sent, sent], /its outcome of transfer happened twice/],
  ["arrives and comes back", [sent, received, refused], /was followed by 2/],
  ["arrives without being sent", [received], /happened without its cause/],
  [
    "arrives with another amount",
    [sent, () => event("DepositReceived", { entity: "savings:1", depth: 3, amount: "41.00", balance: "41.00" })],
    /is about another amount/,
  ],
  [
    "leaves a wrong balance",
    [() => event("FundsSent", { entity: "checking:1", depth: 1, amount: "40.00", balance: "100.00" })],
    /the balance should be 6000 cents/,
  ],
] as const)
  test(`a transfer that ${what} is found`, (t) => {
    const ledger = ledgerWith100();
    t.throws(
      () => {
        for (const step of steps) ledger.add(step());
        ledger.requireComplete();
      },
      { message },
    );
  });
