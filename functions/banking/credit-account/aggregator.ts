// Folds what happened to a credit account and its cards into the account's state.
import { Box, Decimal, Event } from "evento";

import {
  AccountClosed,
  AccountOpened,
  AccountOpeningRefused,
  AccountStatus,
  CardBlocked,
  CardCharged,
  CardIssued,
  CardRefused,
  CardStatus,
  CashWithdrawn,
  ChargeDeclined,
  ClosingRefused,
  CreditAccount,
  CreditCard,
  DepositReceived,
  DepositRefused,
  DistrictUpdated,
  HolderAdded,
  HolderRefused,
  WithdrawalDeclined,
} from "./generated/credit-account";

export function accountOpened(account: CreditAccount | null, event: AccountOpened): CreditAccount {
  const opened = orUnopened(account);
  opened.client = event.client;
  opened.opened = new Box(event.opened);
  opened.credit_limit = event.credit_limit;
  opened.status = AccountStatus.OPEN;
  return opened;
}

export function accountClosed(account: CreditAccount | null, event: AccountClosed): CreditAccount {
  const closed = orUnopened(account);
  closed.status = AccountStatus.CLOSED;
  return closed;
}

export function holderAdded(account: CreditAccount | null, event: HolderAdded): CreditAccount {
  const held = orUnopened(account);
  if (!held.holders.includes(event.client)) held.holders.push(event.client);
  return held;
}

export function districtUpdated(account: CreditAccount | null, event: DistrictUpdated): CreditAccount {
  const updated = orUnopened(account);
  updated.district = new Box(event.district);
  return updated;
}

export function cardIssued(account: CreditAccount | null, event: CardIssued, context: Event): CreditAccount {
  const issuer = orUnopened(account);
  issuer.cards.set(context.entity, new CreditCard(event.type, CardStatus.ACTIVE, Decimal.zero(2)));
  return issuer;
}

export function cardCharged(account: CreditAccount | null, event: CardCharged, context: Event): CreditAccount {
  const charged = withBalance(account, orUnopened(account).balance - event.amount);
  const card = charged.cards.get(context.entity);
  card.charged = card.charged + event.amount;
  return charged;
}

export function cardBlocked(account: CreditAccount | null, event: CardBlocked, context: Event): CreditAccount {
  const holder = orUnopened(account);
  holder.cards.get(context.entity).status = CardStatus.BLOCKED;
  return holder;
}

export function depositReceived(account: CreditAccount | null, event: DepositReceived): CreditAccount {
  return withBalance(account, event.balance);
}

export function cashWithdrawn(account: CreditAccount | null, event: CashWithdrawn): CreditAccount {
  return withBalance(account, event.balance);
}

export function accountOpeningRefused(account: CreditAccount | null, event: AccountOpeningRefused): CreditAccount {
  return orUnopened(account);
}

export function holderRefused(account: CreditAccount | null, event: HolderRefused): CreditAccount {
  return orUnopened(account);
}

export function cardRefused(account: CreditAccount | null, event: CardRefused): CreditAccount {
  return orUnopened(account);
}

export function chargeDeclined(account: CreditAccount | null, event: ChargeDeclined): CreditAccount {
  return orUnopened(account);
}

export function depositRefused(account: CreditAccount | null, event: DepositRefused): CreditAccount {
  return orUnopened(account);
}

export function withdrawalDeclined(account: CreditAccount | null, event: WithdrawalDeclined): CreditAccount {
  return orUnopened(account);
}

export function closingRefused(account: CreditAccount | null, event: ClosingRefused): CreditAccount {
  return orUnopened(account);
}

function withBalance(account: CreditAccount | null, balance: Decimal): CreditAccount {
  const changed = orUnopened(account);
  changed.balance = balance;
  return changed;
}

/** A refusal is an event too, so there may be a stream of an account that was never opened. */
function orUnopened(account: CreditAccount | null): CreditAccount {
  if (account !== null) return account;
  const unopened = new CreditAccount();
  unopened.status = AccountStatus.UNOPENED;
  return unopened;
}
