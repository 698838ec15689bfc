// The first commands of the README, run to the letter against the example bank.
import test from "ava";

import { BankHost } from "../banking/bank-host.ts";
import { until } from "../until.ts";
import { blocksOf, followPage } from "./document-run.ts";
import { makeProject } from "./page-project.ts";

test("the first commands of the README open accounts, carry money between them and look at then and now", async (t) => {
  t.timeout(120_000);
  const bank = await BankHost.start(t);
  const calls = (await blocksOf("../README.md")).filter(({ text }) => text.startsWith("curl -s localhost:8080"));
  t.is(calls.length, 2);
  await followPage(t, "../README.md", {
    project: await makeProject(t),
    url: bank.host.url,
    before: async (block) => !calls.some(({ text }) => text === block.text),
  });
  await until(async () => (await bank.balance("savings:1")) === "40.00");
  t.is(await bank.balance("checking:1"), "210.00");
});
