// The example bank on a real host, in a real browser.
import { BankHost } from "../banking/bank-host.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { BrowserUnderTest } from "./browser.ts";

const chromium = await serviceOrSkip("Chromium", () => BrowserUnderTest.start());
const test = testsWith(chromium);

test("a deposit shows live, the balance then on the slider, and a transfer as a tree over both accounts", async (t, browser) => {
  t.timeout(180_000);
  const bank = await BankHost.start(t);
  const { url } = bank.host;
  const command = (entity: string, command_type: string, payload: object, id: string) =>
    bank.post({ id, entity, command_type, payload });
  const opened = "1993-01-01";
  await command("client:1", "RegisterClient", { born: "1970-12-13", district: 18 }, "client");
  await command("checking:1", "OpenAccount", { client: "client:1", overdraft_limit: "0.00", opened }, "checking");
  await command("savings:1", "OpenAccount", { client: "client:1", opened }, "savings");

  const page = await browser.open(t, url);
  await page.says(/following/);
  await command("checking:1", "ReceiveDeposit", { amount: "100.00" }, "deposit");
  await page.says(/DepositReceived[\s\S]*100\.00/, "tbody tr:first-child");

  await command("checking:1", "TransferFunds", { amount: "40.00", to: "savings:1" }, "transfer");
  await bank.quiet();
  await page.page.goto(`${url}/console/aggregates/checking%3A1`);
  await page.says(/balance\s+was\s+100\.00\s+is now\s+60\.00[\s\S]*FundsSent/);
  await page.press("/", "ArrowLeft");
  await page.says(/balance\s+was\s+0\.00\s+is now\s+100\.00[\s\S]*DepositReceived/);

  await page.page.goto(`${url}/console/traces/transfer`);
  await page.says(/2 commands, 2 events, 0 pending, 0 parked/);
  const boxes = await page.page.$$eval("svg a", (links) => links.map((link) => link.getAttribute("aria-label")));
  t.deepEqual(boxes, [
    "TransferFunds checking:1, command",
    "FundsSent checking:1 at 3, event",
    "ReceiveDeposit savings:1, command",
    "DepositReceived savings:1 at 2, event",
  ]);
  t.deepEqual(page.complaints, []);
});
