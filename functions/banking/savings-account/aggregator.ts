// Folds what happened to a savings account into its state.
import { Box, Decimal } from "evento";

import {
  AccountClosed,
  AccountOpened,
  AccountOpeningRefused,
  AccountStatus,
  CashWithdrawn,
  ClosingRefused,
  DepositReceived,
  DepositRefused,
  DistrictUpdated,
  FundsSent,
  InterestAccrued,
  InterestRefused,
  SavingsAccount,
  TransferDeclined,
  TransferRefunded,
  WithdrawalDeclined,
} from "./generated/savings-account";

export function accountOpened(account: SavingsAccount | null, event: AccountOpened): SavingsAccount {
  const opened = orUnopened(account);
  opened.client = event.client;
  opened.opened = new Box(event.opened);
  opened.status = AccountStatus.OPEN;
  return opened;
}

export function accountClosed(account: SavingsAccount | null, event: AccountClosed): SavingsAccount {
  const closed = orUnopened(account);
  closed.status = AccountStatus.CLOSED;
  return closed;
}

export function districtUpdated(account: SavingsAccount | null, event: DistrictUpdated): SavingsAccount {
  const updated = orUnopened(account);
  updated.district = new Box(event.district);
  return updated;
}

export function depositReceived(account: SavingsAccount | null, event: DepositReceived): SavingsAccount {
  return withBalance(account, event.balance);
}

export function cashWithdrawn(account: SavingsAccount | null, event: CashWithdrawn): SavingsAccount {
  return withBalance(account, event.balance);
}

export function fundsSent(account: SavingsAccount | null, event: FundsSent): SavingsAccount {
  return withBalance(account, event.balance);
}

export function transferRefunded(account: SavingsAccount | null, event: TransferRefunded): SavingsAccount {
  return withBalance(account, event.balance);
}

export function interestAccrued(account: SavingsAccount | null, event: InterestAccrued): SavingsAccount {
  return withBalance(account, event.balance);
}

export function accountOpeningRefused(account: SavingsAccount | null, event: AccountOpeningRefused): SavingsAccount {
  return orUnopened(account);
}

export function closingRefused(account: SavingsAccount | null, event: ClosingRefused): SavingsAccount {
  return orUnopened(account);
}

export function depositRefused(account: SavingsAccount | null, event: DepositRefused): SavingsAccount {
  return orUnopened(account);
}

export function transferDeclined(account: SavingsAccount | null, event: TransferDeclined): SavingsAccount {
  return orUnopened(account);
}

export function withdrawalDeclined(account: SavingsAccount | null, event: WithdrawalDeclined): SavingsAccount {
  return orUnopened(account);
}

export function interestRefused(account: SavingsAccount | null, event: InterestRefused): SavingsAccount {
  return orUnopened(account);
}

function withBalance(account: SavingsAccount | null, balance: Decimal): SavingsAccount {
  const changed = orUnopened(account);
  changed.balance = balance;
  return changed;
}

/** A refusal is an event too, so there may be a stream of an account that was never opened. */
function orUnopened(account: SavingsAccount | null): SavingsAccount {
  if (account !== null) return account;
  const unopened = new SavingsAccount();
  unopened.status = AccountStatus.UNOPENED;
  return unopened;
}
