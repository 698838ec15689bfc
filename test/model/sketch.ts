// Commands in small numbers, of which a run makes ids that are its own: so they shrink, and the host keeps runs apart.
import * as fc from "fast-check";

import type { Draft } from "./credit-account.ts";

export type Sketch = {
  readonly account: number;
  readonly card: number;
  readonly kind: "open" | "deposit" | "withdraw" | "district" | "issue" | "charge" | "block";
  readonly amount: string;
};

/** The largest amount of 18 digits goes wrong on any account that holds money: its handler fails, and the command is parked. */
const amounts = ["1.00", "20.00", "0.00", "250.50", "500.00", "9999999999999999.99"];

export const sketches: fc.Arbitrary<Sketch> = fc.record({
  account: fc.nat({ max: 2 }),
  card: fc.nat({ max: 2 }),
  kind: fc.constantFrom(
    "open",
    "open",
    "deposit",
    "deposit",
    "withdraw",
    "district",
    "issue",
    "issue",
    "charge",
    "block",
  ),
  amount: fc.constantFrom(...amounts),
});

export function draftOf({ account, card, kind, amount }: Sketch, run: string): Draft {
  const entity = `credit:${run}-${account}`;
  const cardId = `card:${run}-${card}`;
  switch (kind) {
    case "open": {
      const payload = { client: "client:1", credit_limit: "500.00", opened: "2026-01-01" };
      return { entity, command_type: "OpenAccount", payload };
    }
    case "deposit":
      return { entity, command_type: "ReceiveDeposit", payload: { amount } };
    case "withdraw":
      return { entity, command_type: "WithdrawCash", payload: { amount } };
    case "district":
      return { entity, command_type: "UpdateDistrict", payload: { district: account + card } };
    case "issue":
      return { entity, command_type: "IssueCard", payload: { card: cardId, type: "gold" } };
    case "charge":
      return { entity: cardId, command_type: "ChargeCard", payload: { amount, merchant: "Books" } };
    case "block":
      return { entity: cardId, command_type: "BlockCard", payload: { reason: "lost" } };
  }
}
