// Folds what happened to a checking account into its state.
import { Box, Decimal } from "evento";

import {
  AccountClosed,
  AccountOpened,
  AccountOpeningRefused,
  AccountStatus,
  CashWithdrawn,
  CheckingAccount,
  ClosingRefused,
  DepositReceived,
  DepositRefused,
  DistrictUpdated,
  FundsSent,
  HolderAdded,
  HolderRefused,
  TransferDeclined,
  TransferRefunded,
  WithdrawalDeclined,
} from "./generated/checking-account";

export function accountOpened(account: CheckingAccount | null, event: AccountOpened): CheckingAccount {
  const opened = orUnopened(account);
  opened.client = event.client;
  opened.opened = new Box(event.opened);
  opened.overdraft_limit = event.overdraft_limit;
  opened.status = AccountStatus.OPEN;
  return opened;
}

export function accountClosed(account: CheckingAccount | null, event: AccountClosed): CheckingAccount {
  const closed = orUnopened(account);
  closed.status = AccountStatus.CLOSED;
  return closed;
}

export function holderAdded(account: CheckingAccount | null, event: HolderAdded): CheckingAccount {
  const held = orUnopened(account);
  if (!held.holders.includes(event.client)) held.holders.push(event.client);
  return held;
}

export function districtUpdated(account: CheckingAccount | null, event: DistrictUpdated): CheckingAccount {
  const updated = orUnopened(account);
  updated.district = new Box(event.district);
  return updated;
}

export function depositReceived(account: CheckingAccount | null, event: DepositReceived): CheckingAccount {
  return withBalance(account, event.balance);
}

export function cashWithdrawn(account: CheckingAccount | null, event: CashWithdrawn): CheckingAccount {
  return withBalance(account, event.balance);
}

export function fundsSent(account: CheckingAccount | null, event: FundsSent): CheckingAccount {
  return withBalance(account, event.balance);
}

export function transferRefunded(account: CheckingAccount | null, event: TransferRefunded): CheckingAccount {
  return withBalance(account, event.balance);
}

export function accountOpeningRefused(account: CheckingAccount | null, event: AccountOpeningRefused): CheckingAccount {
  return orUnopened(account);
}

export function closingRefused(account: CheckingAccount | null, event: ClosingRefused): CheckingAccount {
  return orUnopened(account);
}

export function depositRefused(account: CheckingAccount | null, event: DepositRefused): CheckingAccount {
  return orUnopened(account);
}

export function transferDeclined(account: CheckingAccount | null, event: TransferDeclined): CheckingAccount {
  return orUnopened(account);
}

export function withdrawalDeclined(account: CheckingAccount | null, event: WithdrawalDeclined): CheckingAccount {
  return orUnopened(account);
}

export function holderRefused(account: CheckingAccount | null, event: HolderRefused): CheckingAccount {
  return orUnopened(account);
}

function withBalance(account: CheckingAccount | null, balance: Decimal): CheckingAccount {
  const changed = orUnopened(account);
  changed.balance = balance;
  return changed;
}

/** A refusal is an event too, so there may be a stream of an account that was never opened. */
function orUnopened(account: CheckingAccount | null): CheckingAccount {
  if (account !== null) return account;
  const unopened = new CheckingAccount();
  unopened.status = AccountStatus.UNOPENED;
  return unopened;
}
