// What the log keeps for dispatchers: how far they are, and what they passed over.
import type { JournalEntry } from "../../host/ports/journal.ts";
import { nowAndAgain, type JournalTest } from "./journal-test.ts";

const parked = (dispatcher: string, position: number): JournalEntry => ({
  kind: "dispatch-parked",
  dispatcher,
  position,
  reason: `reason ${position}`,
});
const rowOf = (dispatcher: string, position: number) => ({ dispatcher, position, reason: `reason ${position}` });

export function contractOfDispatching(test: JournalTest): void {
  test("a dispatcher is where its newest cursor says, until it is removed", async (t, journal, reopen) => {
    t.is(await journal.cursor("interest"), undefined);
    await journal.append([{ kind: "cursor", dispatcher: "interest", position: 0 }]).durable;
    t.is(await journal.cursor("interest"), 0);
    await journal.append([
      { kind: "cursor", dispatcher: "interest", position: 5 },
      { kind: "cursor", dispatcher: "interests", position: 9 },
    ]).durable;
    const opened = await reopen();
    t.is(await opened.cursor("interest"), 5);
    t.is(await opened.cursor("interes"), undefined);
    await opened.append([{ kind: "cursor-removed", dispatcher: "interest" }]).durable;
    for await (const again of nowAndAgain(opened, reopen)) {
      t.is(await again.cursor("interest"), undefined);
      t.is(await again.cursor("interests"), 9);
    }
  });

  test("what a dispatcher parked is listed by position, page by page, until it is retried", async (t, journal, reopen) => {
    await journal.append([parked("interest", 300), parked("interest", 7), parked("interests", 8)]).durable;
    await journal.append([parked("interest", 12)]).durable;
    const all = [rowOf("interest", 7), rowOf("interest", 12), rowOf("interest", 300)];
    for await (const opened of nowAndAgain(journal, reopen)) {
      t.deepEqual(await opened.parkedDispatches("interest", { after: 0, limit: 10 }), all);
      t.deepEqual(await opened.parkedDispatches("interest", { after: 7, limit: 1 }), all.slice(1, 2));
      t.deepEqual(await opened.parkedDispatches("interest", { after: 300, limit: 10 }), []);
    }
    const opened = await reopen();
    await opened.append([
      { kind: "dispatch-retried", dispatcher: "interest", position: 7 },
      { kind: "dispatch-retried", dispatcher: "interest", position: 300 },
      parked("interest", 300),
    ]).durable;
    for await (const again of nowAndAgain(opened, reopen))
      t.deepEqual(await again.parkedDispatches("interest", { after: 0, limit: 10 }), all.slice(1));
  });

  test("what a dispatcher parked outlives its removal", async (t, journal, reopen) => {
    await journal.append([parked("interest", 7), { kind: "cursor", dispatcher: "interest", position: 9 }]).durable;
    await journal.append([{ kind: "cursor-removed", dispatcher: "interest" }]).durable;
    for await (const opened of nowAndAgain(journal, reopen))
      t.deepEqual(await opened.parkedDispatches("interest", { after: 0, limit: 10 }), [rowOf("interest", 7)]);
  });
}
