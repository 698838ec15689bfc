import test from "ava";

import { functionUnderTest } from "../../../sdk-assemblyscript/testing.ts";

const account = await functionUnderTest(import.meta.dirname);
const opened = {
  event_type: "AccountOpened",
  payload: { client: "client:1", overdraft_limit: "100.00", opened: "1993-01-01" },
};
const received = (amount: string, balance: string) => ({
  event_type: "DepositReceived",
  payload: { amount, source: null, balance },
});
const closed = { event_type: "AccountClosed" };

test("an account is opened for a client, empty", (t) => {
  const { events, state } = account.when({
    command_type: "OpenAccount",
    payload: { client: "client:1", overdraft_limit: "100.00", opened: "1993-01-01" },
  });
  t.deepEqual(events, [{ entity: "checking:1", ...opened }]);
  t.deepEqual(state, {
    client: "client:1",
    balance: "0.00",
    status: "OPEN",
    opened: "1993-01-01",
    district: null,
    holders: [],
    overdraft_limit: "100.00",
  });
});

for (const [what, given, payload, reason] of [
  [
    "that is open",
    [opened],
    { client: "client:1", overdraft_limit: 0, opened: "1993-01-01" },
    "the account was opened before",
  ],
  [
    "that was closed",
    [opened, closed],
    { client: "client:1", overdraft_limit: 0, opened: "1993-01-01" },
    "the account was opened before",
  ],
  [
    "of somebody who is no client",
    [],
    { client: "atm:1", overdraft_limit: 0, opened: "1993-01-01" },
    "atm:1 is not a client",
  ],
  [
    "with a limit below zero",
    [],
    { client: "client:1", overdraft_limit: "-0.01", opened: "1993-01-01" },
    "the overdraft limit is below zero",
  ],
] as const)
  test(`an account ${what} is not opened`, (t) => {
    const { events } = account.given(given).when({ command_type: "OpenAccount", payload });
    t.deepEqual(events, [{ entity: "checking:1", event_type: "AccountOpeningRefused", payload: { reason } }]);
  });

test("a deposit raises the balance to the cent", (t) => {
  const { events, state } = account
    .given([opened, received("0.10", "0.10")])
    .when({ command_type: "ReceiveDeposit", payload: { amount: "0.20", source: "cash" } });
  t.deepEqual(events, [
    {
      entity: "checking:1",
      event_type: "DepositReceived",
      payload: { amount: "0.20", source: "cash", balance: "0.30" },
    },
  ]);
  t.like(state, { balance: "0.30" });
});

for (const amount of ["0.00", "-5.00"])
  test(`a deposit of ${amount} is refused`, (t) => {
    const { events } = account.given([opened]).when({ command_type: "ReceiveDeposit", payload: { amount } });
    t.deepEqual(events, [
      {
        entity: "checking:1",
        event_type: "DepositRefused",
        payload: { amount, source: null, reason: "the amount has to be above zero" },
      },
    ]);
  });

test("cash may be taken down to the overdraft limit and not a cent further", (t) => {
  const rich = account.given([opened, received("50.00", "50.00")]);
  const all = rich.when({ command_type: "WithdrawCash", payload: { amount: "150.00" } });
  t.deepEqual(all.events[0]?.payload, { amount: "150.00", destination: null, balance: "-100.00" });
  const more = rich.when({ command_type: "WithdrawCash", payload: { amount: "150.01" } });
  t.deepEqual(more.events[0], {
    entity: "checking:1",
    event_type: "WithdrawalDeclined",
    payload: { amount: "150.01", reason: "the balance of 50.00 is too low" },
  });
});

test("funds are sent to another account", (t) => {
  const { events, state } = account
    .given([opened, received("50.00", "50.00")])
    .when({ command_type: "TransferFunds", payload: { amount: "20.00", to: "savings:7" } });
  t.deepEqual(events, [
    { entity: "checking:1", event_type: "FundsSent", payload: { amount: "20.00", to: "savings:7", balance: "30.00" } },
  ]);
  t.like(state, { balance: "30.00" });
});

for (const [to, reason] of [
  ["checking:1", "an account can't send money to itself"],
  ["client:1", "client:1 is not an account"],
  ["nowhere", "nowhere is not an account"],
  ["savings:a/b", "savings:a/b is not an account"],
] as const)
  test(`funds to ${to} are declined`, (t) => {
    const { events } = account
      .given([opened, received("50.00", "50.00")])
      .when({ command_type: "TransferFunds", payload: { amount: "20.00", to } });
    t.deepEqual(events[0]?.payload, { amount: "20.00", to, reason });
  });

test("a refused transfer comes back, also into a closed account", (t) => {
  const { events, state } = account
    .given([opened, closed])
    .when({ command_type: "RefundTransfer", payload: { amount: "20.00", to: "savings:7" } });
  t.is(events[0]?.event_type, "TransferRefunded");
  t.like(state, { balance: "20.00", status: "CLOSED" });
});

test("a holder is added once", (t) => {
  const holder = { event_type: "HolderAdded", payload: { client: "client:2", role: "disponent" } };
  const { events, state } = account
    .given([opened, holder])
    .when({ command_type: "AddHolder", payload: { client: "client:2", role: "disponent" } });
  t.deepEqual(events, [{ entity: "checking:1", ...holder }]);
  t.like(state, { holders: ["client:2"] });
});

test("an account closes only when it is empty", (t) => {
  const full = account.given([opened, received("50.00", "50.00")]).when({ command_type: "CloseAccount" });
  t.deepEqual(full.events[0]?.payload, { reason: "the balance is 50.00, not zero" });
  const empty = account.given([opened]).when({ command_type: "CloseAccount" });
  t.is(empty.events[0]?.event_type, "AccountClosed");
  t.like(empty.state, { status: "CLOSED" });
});

for (const [command_type, payload, refusal] of [
  ["ReceiveDeposit", { amount: 1 }, "DepositRefused"],
  ["WithdrawCash", { amount: 1 }, "WithdrawalDeclined"],
  ["TransferFunds", { amount: 1, to: "savings:7" }, "TransferDeclined"],
  ["AddHolder", { client: "client:2", role: "disponent" }, "HolderRefused"],
  ["CloseAccount", {}, "ClosingRefused"],
] as const)
  test(`a closed account declines ${command_type}`, (t) => {
    const { events } = account.given([opened, closed]).when({ command_type, payload });
    t.is(events[0]?.event_type, refusal);
    t.like(events[0]?.payload, { reason: "the account is closed" });
  });

test("an account that was never opened declines, and says so in its state", (t) => {
  const { events, state } = account.when({ command_type: "ReceiveDeposit", payload: { amount: 1 } });
  t.like(events[0]?.payload, { reason: "the account is not open" });
  t.like(state, { status: "UNOPENED", balance: "0.00", client: null });
});

test("the district of its owner is kept", (t) => {
  const { state } = account.given([opened]).when({ command_type: "UpdateDistrict", payload: { district: 7 } });
  t.like(state, { district: 7 });
});
