import test from "ava";

import { BankHost } from "./bank-host.ts";

test("the bank does on a real host what its contract says", async (t) => {
  t.timeout(180_000);
  const bank = await BankHost.start(t);
  const opened = "1993-01-01";
  const command = (entity: string, command_type: string, payload: object, more: object = {}) =>
    bank.post({ entity, command_type, payload, ...more });

  await command("client:1", "RegisterClient", { born: "1970-12-13", district: 18 });
  await command("checking:1", "OpenAccount", { client: "client:1", overdraft_limit: "0.00", opened });
  await command("savings:1", "OpenAccount", { client: "client:1", opened });
  await command("credit:1", "OpenAccount", { client: "client:1", credit_limit: 500, opened });
  const { events } = await command("checking:1", "ReceiveDeposit", { amount: "100.00" });
  t.like(events[0], { event_type: "DepositReceived", payload: { amount: "100.00", source: null, balance: "100.00" } });

  // A transfer arrives, and its trace goes from the outside call to the last event.
  await command("checking:1", "TransferFunds", { amount: "40.00", to: "savings:1" }, { id: "transfer" });
  await bank.quiet();
  t.is(await bank.balance("checking:1"), "60.00");
  t.is(await bank.balance("savings:1"), "40.00");
  const trace = await bank.get("/traces/transfer");
  const [sent] = trace.children[0].children;
  t.is(sent.event.event_type, "FundsSent");
  t.is(sent.children[0].command.command_type, "ReceiveDeposit");
  t.is(sent.children[0].children[0].event.event_type, "DepositReceived");
  t.deepEqual(await bank.get(`/traces/${encodeURIComponent(sent.children[0].children[0].event.id)}`), trace);

  // One to an account that can't take it comes back.
  await command("checking:1", "TransferFunds", { amount: "10.00", to: "savings:nobody" });
  await bank.quiet();
  t.is(await bank.balance("checking:1"), "60.00");

  // A card is an entity inside its account.
  await command("credit:1", "IssueCard", { card: "card:1", type: "gold" });
  const charged = await command("card:1", "ChargeCard", { amount: "30.00", merchant: "Books" });
  t.like(charged.events[0], {
    entity: "card:1",
    aggregate: "credit:1",
    payload: { amount: "30.00", merchant: "Books", owed: "30.00" },
  });
  t.like((await bank.get("/aggregates/card:1")).state, { balance: "-30.00" });

  // A move reaches every account of the client.
  await command("client:1", "MoveClient", { district: 5 });
  await bank.quiet();
  for (const account of ["checking:1", "savings:1", "credit:1"])
    t.is((await bank.get(`/aggregates/${account}`)).state.district, 5);

  // What a cash machine gave out is taken from the account, by rules.
  await fetch(`${bank.host.url}/events`, {
    method: "POST",
    body: JSON.stringify({
      id: "cash-1",
      entity: "atm:1",
      event_type: "CashDispensed",
      payload: { amount: "20.00", account: "checking:1" },
    }),
    headers: { "content-type": "application/json" },
  });
  await bank.quiet();
  t.is(await bank.balance("checking:1"), "40.00");
  t.is((await bank.get("/aggregates/atm:1")).state.dispensed, "20.00");

  // Everything again after kill -9.
  const events1 = await bank.get("/events?limit=1000");
  await bank.host.restart("SIGKILL");
  t.deepEqual(await bank.get("/events?limit=1000"), events1);
  t.is(await bank.balance("checking:1"), "40.00");
  await bank.host.kill("SIGTERM").then(({ code }) => t.is(code, 0));
});

test("money is conserved by transfers that cross each other while the host is killed", async (t) => {
  t.timeout(180_000);
  const bank = await BankHost.start(t);
  const accounts = Array.from({ length: 10 }, (_, index) => `checking:${index}`);
  const opening = accounts.flatMap((entity) => [
    {
      id: `open-${entity}`,
      entity,
      command_type: "OpenAccount",
      payload: { client: "client:1", overdraft_limit: 0, opened: "1993-01-01" },
    },
    { id: `pay-${entity}`, entity, command_type: "ReceiveDeposit", payload: { amount: "100.00" } },
  ]);
  await bank.import(opening);
  const transfers = Array.from({ length: 300 }, (_, index) => ({
    id: `transfer-${index}`,
    entity: accounts[index % 10],
    command_type: "TransferFunds",
    payload: {
      amount: `${(index % 7) + 1}.00`,
      to: index % 11 === 0 ? "savings:nobody" : accounts[(index * 3 + 1) % 10],
    },
  }));
  const importing = bank.import(transfers).catch(() => []);
  await new Promise((resolve) => setTimeout(resolve, 60));
  await bank.host.restart("SIGKILL");
  await importing;
  const answers = await bank.import(transfers);
  t.true(answers.every((answer) => JSON.parse(answer).status === "done"));
  await bank.quiet();
  let cents = 0;
  for (const entity of accounts) cents += Math.round(Number(await bank.balance(entity)) * 100);
  t.is(cents, 10 * 10_000);
});
