// Decides what happens to a savings account. Every "no" is an event with a reason that a person understands.
import { Command, Decimal, Events } from "evento";

import { faultOfAmount, faultOfClient, faultOfTarget } from "../rules";
import {
  AccountClosed,
  AccountOpened,
  AccountOpeningRefused,
  AccountStatus,
  AccrueInterest,
  CashWithdrawn,
  CloseAccount,
  ClosingRefused,
  DepositReceived,
  DepositRefused,
  DistrictUpdated,
  FundsSent,
  InterestAccrued,
  InterestRefused,
  OpenAccount,
  ReceiveDeposit,
  RefundTransfer,
  SavingsAccount,
  TransferDeclined,
  TransferFunds,
  TransferRefunded,
  UpdateDistrict,
  WithdrawalDeclined,
  WithdrawCash,
} from "./generated/savings-account";

export function openAccount(command: OpenAccount, account: SavingsAccount | null): Events {
  if (account !== null && account.status != AccountStatus.UNOPENED)
    return Events.of(new AccountOpeningRefused("the account was opened before"));
  const fault = faultOfClient(command.client);
  if (fault != "") return Events.of(new AccountOpeningRefused(fault));
  return Events.of(new AccountOpened(command.client, command.opened));
}

/** The interest of one term: the balance times the rate, rounded to cents half away from zero. */
export function accrueInterest(command: AccrueInterest, account: SavingsAccount | null): Events {
  if (!isOpen(account)) return Events.of(new InterestRefused(notOpen(account)));
  if (!command.rate.isPositive) return Events.of(new InterestRefused("the rate has to be above zero"));
  const amount = account!.balance.times(command.rate, 2);
  return Events.of(new InterestAccrued(amount, account!.balance + amount));
}

export function receiveDeposit(command: ReceiveDeposit, account: SavingsAccount | null): Events {
  const fault = isOpen(account) ? faultOfAmount(command.amount) : notOpen(account);
  if (fault != "") return Events.of(new DepositRefused(command.amount, command.source, fault));
  return Events.of(new DepositReceived(command.amount, command.source, account!.balance + command.amount));
}

export function withdrawCash(command: WithdrawCash, account: SavingsAccount | null): Events {
  const fault = faultOfTaking(account, command.amount);
  if (fault != "") return Events.of(new WithdrawalDeclined(command.amount, fault));
  return Events.of(new CashWithdrawn(command.amount, command.destination, account!.balance - command.amount));
}

export function transferFunds(command: TransferFunds, account: SavingsAccount | null, context: Command): Events {
  const target = faultOfTarget(context.entity, command.to);
  const fault = target == "" ? faultOfTaking(account, command.amount) : target;
  if (fault != "") return Events.of(new TransferDeclined(command.amount, command.to, fault));
  return Events.of(new FundsSent(command.amount, command.to, account!.balance - command.amount));
}

/** Takes back what was sent and refused: also into a closed account, since the money must be somewhere. */
export function refundTransfer(command: RefundTransfer, account: SavingsAccount | null): Events {
  const balance = account === null ? Decimal.zero(2) : account.balance;
  return Events.of(new TransferRefunded(command.amount, command.to, balance + command.amount));
}

export function updateDistrict(command: UpdateDistrict, account: SavingsAccount | null): Events {
  return Events.of(new DistrictUpdated(command.district));
}

export function closeAccount(command: CloseAccount, account: SavingsAccount | null): Events {
  if (!isOpen(account)) return Events.of(new ClosingRefused(notOpen(account)));
  if (!account!.balance.isZero)
    return Events.of(new ClosingRefused("the balance is " + account!.balance.toString() + ", not zero"));
  return Events.of(new AccountClosed());
}

function isOpen(account: SavingsAccount | null): bool {
  return account !== null && account.status == AccountStatus.OPEN;
}

function notOpen(account: SavingsAccount | null): string {
  return account !== null && account.status == AccountStatus.CLOSED
    ? "the account is closed"
    : "the account is not open";
}

/** What is against taking money out: the balance never falls under zero. */
function faultOfTaking(account: SavingsAccount | null, amount: Decimal): string {
  if (!isOpen(account)) return notOpen(account);
  const fault = faultOfAmount(amount);
  if (fault != "") return fault;
  const left = account!.balance - amount;
  return left < Decimal.zero(2) ? "the balance of " + account!.balance.toString() + " is too low" : "";
}
