import test from "ava";

import { Fatality } from "../../host/journal/fatality.ts";

test("every listener hears of the first failure, once, whether it came before or after it", (t) => {
  const fatality = new Fatality();
  const heard: string[] = [];
  fatality.onRaise((error) => heard.push(`early: ${error.message}`));
  fatality.raise(new Error("a write failed"));
  fatality.onRaise((error) => heard.push(`late: ${error.message}`));
  fatality.raise(new Error("a consequence"));
  t.deepEqual(heard, ["early: a write failed", "late: a write failed"]);
});

test("a journal that was closed fails no more", (t) => {
  const fatality = new Fatality();
  fatality.close();
  fatality.onRaise(() => t.fail());
  t.like(fatality.raise(new Error("a write failed")), { code: "JOURNAL_CLOSED" });
  t.is(fatality.error, undefined);
});
