import test from "ava";

import { functionUnderTest } from "../../../sdk-assemblyscript/testing.ts";

const account = await functionUnderTest(import.meta.dirname);
const opened = { event_type: "AccountOpened", payload: { client: "client:1", opened: "1993-01-01" } };
const received = (amount: string, balance: string) => ({
  event_type: "DepositReceived",
  payload: { amount, source: null, balance },
});

test("a savings account never goes below zero", (t) => {
  const rich = account.given([opened, received("50.00", "50.00")]);
  t.is(
    rich.when({ command_type: "WithdrawCash", payload: { amount: "50.00" } }).events[0]?.event_type,
    "CashWithdrawn",
  );
  const more = rich.when({ command_type: "WithdrawCash", payload: { amount: "50.01" } });
  t.deepEqual(more.events[0]?.payload, { amount: "50.01", reason: "the balance of 50.00 is too low" });
});

for (const [balance, rate, amount, after] of [
  ["100.00", "0.05", "5.00", "105.00"],
  ["0.10", "0.05", "0.01", "0.11"],
  ["0.09", "0.05", "0.00", "0.09"],
  ["12345678901234.56", "0.000001", "12345678.90", "12345691246913.46"],
] as const)
  test(`interest at ${rate} on ${balance} is ${amount}, rounded to cents`, (t) => {
    const { events, state } = account
      .given([opened, received(balance, balance)])
      .when({ command_type: "AccrueInterest", payload: { rate } });
    t.deepEqual(events, [{ entity: "savings:1", event_type: "InterestAccrued", payload: { amount, balance: after } }]);
    t.like(state, { balance: after });
  });

test("an account that is not open accrues nothing", (t) => {
  const { events } = account.when({ command_type: "AccrueInterest", payload: { rate: "0.05" } });
  t.deepEqual(events[0]?.payload, { reason: "the account is not open" });
});

test("a transfer leaves the savings account and a refused one comes back", (t) => {
  const sent = account
    .given([opened, received("50.00", "50.00")])
    .when({ command_type: "TransferFunds", payload: { amount: "20.00", to: "checking:1" } });
  t.deepEqual(sent.events[0]?.payload, { amount: "20.00", to: "checking:1", balance: "30.00" });
  const back = account
    .given([opened, { event_type: "FundsSent", payload: { amount: "20.00", to: "checking:1", balance: "30.00" } }])
    .when({ command_type: "RefundTransfer", payload: { amount: "20.00", to: "checking:1" } });
  t.like(back.state, { balance: "50.00" });
});
