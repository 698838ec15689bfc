import test from "ava";

import { dispatcherUnderTest } from "../../../sdk-assemblyscript/testing.ts";

const transfers = await dispatcherUnderTest(import.meta.dirname);

for (const to of ["checking:2", "savings:2", "credit:2"])
  test(`funds sent to ${to} are received there, with the sender as source`, (t) => {
    const { commands } = transfers.when({
      type: "CheckingAccount.FundsSent",
      entity: "checking:1",
      payload: { amount: "20.00", to, balance: "0.00" },
    });
    t.deepEqual(commands, [
      { entity: to, command_type: "ReceiveDeposit", payload: { amount: "20.00", source: "checking:1" } },
    ]);
  });

test("a transfer that was refused goes back to its sender", (t) => {
  const { commands } = transfers.when({
    type: "SavingsAccount.DepositRefused",
    entity: "savings:2",
    payload: { amount: "20.00", source: "checking:1", reason: "the account is closed" },
    depth: 3,
  });
  t.deepEqual(commands, [
    { entity: "checking:1", command_type: "RefundTransfer", payload: { amount: "20.00", to: "savings:2" } },
  ]);
});

test("a deposit refused at a counter makes no money, whatever it names as its source", (t) => {
  const { commands } = transfers.when({
    type: "SavingsAccount.DepositRefused",
    entity: "savings:2",
    payload: { amount: "20.00", source: "checking:1", reason: "the account is closed" },
    depth: 1,
  });
  t.deepEqual(commands, []);
});
