// Decides what happens to a checking account. Every "no" is an event with a reason that a person understands.
import { Command, Decimal, Events } from "evento";

import { faultOfAmount, faultOfClient, faultOfTarget } from "../rules";
import {
  AccountClosed,
  AccountOpened,
  AccountOpeningRefused,
  AccountStatus,
  AddHolder,
  CashWithdrawn,
  CheckingAccount,
  CloseAccount,
  ClosingRefused,
  DepositReceived,
  DepositRefused,
  DistrictUpdated,
  FundsSent,
  HolderAdded,
  HolderRefused,
  OpenAccount,
  ReceiveDeposit,
  RefundTransfer,
  TransferDeclined,
  TransferFunds,
  TransferRefunded,
  UpdateDistrict,
  WithdrawalDeclined,
  WithdrawCash,
} from "./generated/checking-account";

export function openAccount(command: OpenAccount, account: CheckingAccount | null): Events {
  if (account !== null && account.status != AccountStatus.UNOPENED)
    return Events.of(new AccountOpeningRefused("the account was opened before"));
  if (command.overdraft_limit.isNegative)
    return Events.of(new AccountOpeningRefused("the overdraft limit is below zero"));
  const fault = faultOfClient(command.client);
  if (fault != "") return Events.of(new AccountOpeningRefused(fault));
  return Events.of(new AccountOpened(command.client, command.overdraft_limit, command.opened));
}

export function addHolder(command: AddHolder, account: CheckingAccount | null): Events {
  const fault = isOpen(account) ? faultOfClient(command.client) : notOpen(account);
  if (fault != "") return Events.of(new HolderRefused(command.client, fault));
  return Events.of(new HolderAdded(command.client, command.role));
}

export function receiveDeposit(command: ReceiveDeposit, account: CheckingAccount | null): Events {
  const fault = isOpen(account) ? faultOfAmount(command.amount) : notOpen(account);
  if (fault != "") return Events.of(new DepositRefused(command.amount, command.source, fault));
  return Events.of(new DepositReceived(command.amount, command.source, account!.balance + command.amount));
}

export function withdrawCash(command: WithdrawCash, account: CheckingAccount | null): Events {
  const fault = faultOfTaking(account, command.amount);
  if (fault != "") return Events.of(new WithdrawalDeclined(command.amount, fault));
  return Events.of(new CashWithdrawn(command.amount, command.destination, account!.balance - command.amount));
}

export function transferFunds(command: TransferFunds, account: CheckingAccount | null, context: Command): Events {
  const target = faultOfTarget(context.entity, command.to);
  const fault = target == "" ? faultOfTaking(account, command.amount) : target;
  if (fault != "") return Events.of(new TransferDeclined(command.amount, command.to, fault));
  return Events.of(new FundsSent(command.amount, command.to, account!.balance - command.amount));
}

/** Takes back what was sent and refused: also into a closed account, since the money must be somewhere. */
export function refundTransfer(command: RefundTransfer, account: CheckingAccount | null): Events {
  const balance = account === null ? Decimal.zero(2) : account.balance;
  return Events.of(new TransferRefunded(command.amount, command.to, balance + command.amount));
}

export function updateDistrict(command: UpdateDistrict, account: CheckingAccount | null): Events {
  return Events.of(new DistrictUpdated(command.district));
}

export function closeAccount(command: CloseAccount, account: CheckingAccount | null): Events {
  if (!isOpen(account)) return Events.of(new ClosingRefused(notOpen(account)));
  if (!account!.balance.isZero)
    return Events.of(new ClosingRefused("the balance is " + account!.balance.toString() + ", not zero"));
  return Events.of(new AccountClosed());
}

function isOpen(account: CheckingAccount | null): bool {
  return account !== null && account.status == AccountStatus.OPEN;
}

function notOpen(account: CheckingAccount | null): string {
  return account !== null && account.status == AccountStatus.CLOSED
    ? "the account is closed"
    : "the account is not open";
}

/** What is against taking money out: the balance never falls under minus the overdraft limit. */
function faultOfTaking(account: CheckingAccount | null, amount: Decimal): string {
  if (!isOpen(account)) return notOpen(account);
  const fault = faultOfAmount(amount);
  if (fault != "") return fault;
  const left = account!.balance - amount;
  return left < -account!.overdraft_limit ? "the balance of " + account!.balance.toString() + " is too low" : "";
}
