// Decides what happens to a credit account and to the cards inside it. Every "no" is an event with a reason that a person understands.
import { Command, Decimal, Events, entityType, fail } from "evento";

import { faultOfAmount, faultOfClient } from "../rules";
import {
  AccountClosed,
  AccountOpened,
  AccountOpeningRefused,
  AccountStatus,
  AddHolder,
  BlockCard,
  CardBlocked,
  CardCharged,
  CardIssued,
  CardRefused,
  CardStatus,
  CashWithdrawn,
  ChargeCard,
  ChargeDeclined,
  CloseAccount,
  ClosingRefused,
  CreditAccount,
  DepositReceived,
  DepositRefused,
  DistrictUpdated,
  HolderAdded,
  HolderRefused,
  IssueCard,
  OpenAccount,
  ReceiveDeposit,
  UpdateDistrict,
  WithdrawCash,
  WithdrawalDeclined,
} from "./generated/credit-account";

export function openAccount(command: OpenAccount, account: CreditAccount | null): Events {
  if (account !== null && account.status != AccountStatus.UNOPENED)
    return Events.of(new AccountOpeningRefused("the account was opened before"));
  if (command.credit_limit.isNegative) return Events.of(new AccountOpeningRefused("the credit limit is below zero"));
  const fault = faultOfClient(command.client);
  if (fault != "") return Events.of(new AccountOpeningRefused(fault));
  return Events.of(new AccountOpened(command.client, command.credit_limit, command.opened));
}

export function addHolder(command: AddHolder, account: CreditAccount | null): Events {
  const fault = isOpen(account) ? faultOfClient(command.client) : notOpen(account);
  if (fault != "") return Events.of(new HolderRefused(command.client, fault));
  return Events.of(new HolderAdded(command.client, command.role));
}

/** The event is about the card, which thereby becomes an entity of this account. */
export function issueCard(command: IssueCard, account: CreditAccount | null): Events {
  const fault = faultOfIssuing(account, command.card);
  if (fault != "") return Events.of(new CardRefused(command.card, fault));
  return Events.about(command.card, new CardIssued(command.type));
}

/** Aimed at a card: `context.entity`. */
export function chargeCard(command: ChargeCard, account: CreditAccount | null, context: Command): Events {
  if (!hasCard(account, context.entity)) return fail(context.entity + " is not a card of this account");
  const card = account!.cards.get(context.entity);
  const fault = card.status == CardStatus.BLOCKED ? "the card is blocked" : faultOfTaking(account, command.amount);
  if (fault != "") return Events.of(new ChargeDeclined(command.amount, command.merchant, fault));
  const balance = account!.balance - command.amount;
  return Events.of(new CardCharged(command.amount, command.merchant, balance.isNegative ? -balance : Decimal.zero(2)));
}

export function blockCard(command: BlockCard, account: CreditAccount | null, context: Command): Events {
  if (!hasCard(account, context.entity)) return fail(context.entity + " is not a card of this account");
  return Events.of(new CardBlocked(command.reason));
}

export function receiveDeposit(command: ReceiveDeposit, account: CreditAccount | null): Events {
  const fault = isOpen(account) ? faultOfAmount(command.amount) : notOpen(account);
  if (fault != "") return Events.of(new DepositRefused(command.amount, command.source, fault));
  return Events.of(new DepositReceived(command.amount, command.source, account!.balance + command.amount));
}

export function withdrawCash(command: WithdrawCash, account: CreditAccount | null): Events {
  const fault = faultOfTaking(account, command.amount);
  if (fault != "") return Events.of(new WithdrawalDeclined(command.amount, fault));
  return Events.of(new CashWithdrawn(command.amount, command.destination, account!.balance - command.amount));
}

export function updateDistrict(command: UpdateDistrict, account: CreditAccount | null): Events {
  return Events.of(new DistrictUpdated(command.district));
}

export function closeAccount(command: CloseAccount, account: CreditAccount | null): Events {
  if (!isOpen(account)) return Events.of(new ClosingRefused(notOpen(account)));
  if (!account!.balance.isZero)
    return Events.of(new ClosingRefused("the balance is " + account!.balance.toString() + ", not zero"));
  return Events.of(new AccountClosed());
}

function isOpen(account: CreditAccount | null): bool {
  return account !== null && account.status == AccountStatus.OPEN;
}

function notOpen(account: CreditAccount | null): string {
  return account !== null && account.status == AccountStatus.CLOSED
    ? "the account is closed"
    : "the account is not open";
}

function hasCard(account: CreditAccount | null, card: string): bool {
  return account !== null && account.cards.has(card);
}

function faultOfIssuing(account: CreditAccount | null, card: string): string {
  if (!isOpen(account)) return notOpen(account);
  if (entityType(card) != "card") return card + " is not a card";
  return account!.cards.has(card) ? "the card was issued before" : "";
}

/** What is against taking money out: no more may be owed than the credit limit. */
function faultOfTaking(account: CreditAccount | null, amount: Decimal): string {
  if (!isOpen(account)) return notOpen(account);
  const fault = faultOfAmount(amount);
  if (fault != "") return fault;
  const left = account!.balance - amount;
  return left < -account!.credit_limit
    ? "the credit limit of " + account!.credit_limit.toString() + " would be passed"
    : "";
}
