import test from "ava";

import { functionUnderTest } from "../../../sdk-assemblyscript/testing.ts";

const account = await functionUnderTest(import.meta.dirname);
const opened = {
  event_type: "AccountOpened",
  payload: { client: "client:1", credit_limit: "100.00", opened: "1993-01-01" },
};
const issued = { event_type: "CardIssued", entity: "card:9", payload: { type: "gold" } };
const blocked = { event_type: "CardBlocked", entity: "card:9", payload: { reason: "stolen" } };
const charge = { command_type: "ChargeCard", entity: "card:9" };

test("a card is issued by an event about the card itself", (t) => {
  const { events, state } = account
    .given([opened])
    .when({ command_type: "IssueCard", payload: { card: "card:9", type: "gold" } });
  t.deepEqual(events, [{ entity: "card:9", event_type: "CardIssued", payload: { type: "gold" } }]);
  t.like(state, { cards: { "card:9": { type: "gold", status: "ACTIVE", charged: "0.00" } } });
});

test("a card is issued once, and only under the id of a card", (t) => {
  const twice = account
    .given([opened, issued])
    .when({ command_type: "IssueCard", payload: { card: "card:9", type: "gold" } });
  t.deepEqual(twice.events[0]?.payload, { card: "card:9", reason: "the card was issued before" });
  const other = account
    .given([opened])
    .when({ command_type: "IssueCard", payload: { card: "credit:9", type: "gold" } });
  t.deepEqual(other.events[0]?.payload, { card: "credit:9", reason: "credit:9 is not a card" });
});

test("a charge raises what the card was charged and what the account owes", (t) => {
  const { events, state } = account
    .given([opened, issued])
    .when({ ...charge, payload: { amount: "30.00", merchant: "Books" } });
  t.deepEqual(events, [
    { entity: "card:9", event_type: "CardCharged", payload: { amount: "30.00", merchant: "Books", owed: "30.00" } },
  ]);
  t.like(state, { balance: "-30.00", cards: { "card:9": { type: "gold", status: "ACTIVE", charged: "30.00" } } });
});

test("a charge out of what was paid in owes nothing", (t) => {
  const { events } = account
    .given([opened, issued, { event_type: "DepositReceived", payload: { amount: "50.00", balance: "50.00" } }])
    .when({ ...charge, payload: { amount: "30.00", merchant: "Books" } });
  t.like(events[0]?.payload, { owed: "0.00" });
});

test("no more can be owed than the credit limit", (t) => {
  const { events } = account
    .given([opened, issued])
    .when({ ...charge, payload: { amount: "100.01", merchant: "Books" } });
  t.deepEqual(events[0], {
    entity: "card:9",
    event_type: "ChargeDeclined",
    payload: { amount: "100.01", merchant: "Books", reason: "the credit limit of 100.00 would be passed" },
  });
});

test("a blocked card declines every charge", (t) => {
  const { events } = account
    .given([opened, issued, blocked])
    .when({ ...charge, payload: { amount: 1, merchant: "Books" } });
  t.like(events[0]?.payload, { reason: "the card is blocked" });
});

test("cash may be taken on credit", (t) => {
  const { events } = account.given([opened]).when({ command_type: "WithdrawCash", payload: { amount: "100.00" } });
  t.like(events[0]?.payload, { balance: "-100.00" });
});

test("a command to a card that the account does not have fails without an event", (t) => {
  const { failure, events } = account.given([opened]).when({ ...charge, payload: { amount: 1, merchant: "Books" } });
  t.is(failure, "card:9 is not a card of this account");
  t.deepEqual(events, []);
});
