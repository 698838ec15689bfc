// Carries money from account to account: what was sent is received, and what is refused goes back. No money is made or lost.
import { Commands, Decimal, Event, entityType, log } from "evento";

import * as checking from "./generated/checking-account";
import * as credit from "./generated/credit-account";
import * as savings from "./generated/savings-account";

/** Steps from the outside call to the refusal of a transfer: FundsSent is 1, ReceiveDeposit 2. A deposit refused at a counter is 1 deep. */
const REFUSED_TRANSFER_DEPTH = 3;

export function checkingAccountFundsSent(event: checking.FundsSent, context: Event): Commands {
  return receive(event.to, event.amount, context.entity);
}

export function savingsAccountFundsSent(event: savings.FundsSent, context: Event): Commands {
  return receive(event.to, event.amount, context.entity);
}

export function checkingAccountDepositRefused(event: checking.DepositRefused, context: Event): Commands {
  return refund(event.source, event.amount, context);
}

export function savingsAccountDepositRefused(event: savings.DepositRefused, context: Event): Commands {
  return refund(event.source, event.amount, context);
}

export function creditAccountDepositRefused(event: credit.DepositRefused, context: Event): Commands {
  return refund(event.source, event.amount, context);
}

function receive(to: string, amount: Decimal, from: string): Commands {
  const type = entityType(to);
  if (type == "checking") return Commands.to(to, new checking.ReceiveDeposit(amount, from));
  if (type == "savings") return Commands.to(to, new savings.ReceiveDeposit(amount, from));
  return Commands.to(to, new credit.ReceiveDeposit(amount, from));
}

function refund(source: string | null, amount: Decimal, context: Event): Commands {
  if (source === null || context.depth < REFUSED_TRANSFER_DEPTH) return Commands.none();
  const type = entityType(source);
  if (type == "checking") return Commands.to(source, new checking.RefundTransfer(amount, context.entity));
  if (type == "savings") return Commands.to(source, new savings.RefundTransfer(amount, context.entity));
  log.warn("a deposit from " + source + " was refused, which is no account that sends");
  return Commands.none();
}
