import test from "ava";

import { functionUnderTest } from "../../../sdk-assemblyscript/testing.ts";

const atm = await functionUnderTest(import.meta.dirname);

test("a cash machine keeps the sum of what it gave out", (t) => {
  const dispensed = (amount: string) => ({ event_type: "CashDispensed", payload: { amount, account: "checking:1" } });
  t.deepEqual(atm.given([dispensed("20.00"), dispensed("0.50")]).state, { dispensed: "20.50" });
});
