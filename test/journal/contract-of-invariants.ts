// What no engine may append: such a call is a defect, and throws before anything of it is in the log.
import type { JournalEntry } from "../../host/ports/journal.ts";
import type { JournalTest } from "./journal-test.ts";
import { commandEntry, doneCommand, eventEntry, outcomeEntry, outsideEventEntry, startTime } from "./sample-entries.ts";

export function contractOfInvariants(test: JournalTest): void {
  const ada = "savings:ada";
  const { command } = commandEntry("1");

  /** Declares that entries are refused after others, both while those are on their way and when they are durable or reopened. */
  function refused(title: string, before: readonly JournalEntry[], entries: readonly JournalEntry[]): void {
    test(title, async (t, journal, reopen) => {
      const durable = before.length > 0 ? journal.append(before).durable : undefined;
      t.throws(() => journal.append(entries), { message: /^invariant broken/ });
      await durable;
      const groups = before.length > 0 ? 1 : 0;
      t.is(journal.head.group, groups);
      const reopened = await reopen();
      t.throws(() => reopened.append(entries), { message: /^invariant broken/ });
      t.is(reopened.head.group, groups);
    });
  }

  refused("an append without entries is refused", [], []);
  refused("an event that leaves out a sequence is refused", doneCommand("1", { aggregate: ada }), [
    outsideEventEntry("e", ada, 3),
  ]);
  refused("an event that takes a sequence again is refused", doneCommand("1", { aggregate: ada }), [
    outsideEventEntry("e", ada, 1),
  ]);
  refused("an aggregate's first event that is not its first is refused", [], [outsideEventEntry("e", ada, 2)]);
  refused("an event before the first sequence is refused", [], [outsideEventEntry("e", ada, 0)]);
  refused(
    "an event about an entity of another aggregate is refused",
    [outsideEventEntry("e", ada, 1, { entity: "card:1" })],
    [outsideEventEntry("f", "savings:bob", 1, { entity: "card:1" })],
  );
  refused(
    "an event with an id that is derived from another command than its cause is refused",
    [commandEntry("1")],
    [eventEntry(command, 1, { id: "2!0" }), outcomeEntry("1")],
  );
  refused(
    "an event with a derived id in another spelling is refused",
    [commandEntry("1")],
    [eventEntry(command, 1, { id: "1!00" }), outcomeEntry("1")],
  );
  refused("a command that is accepted a second time is refused", [commandEntry("1")], [commandEntry("1")]);
  refused("an outcome of an unknown command is refused", [], [outcomeEntry("1", { event_count: 0 })]);
  refused("a second outcome is refused", doneCommand("1"), [outcomeEntry("1", { event_count: 0 })]);
  refused(
    "an outcome with fewer events right before it than it says is refused",
    [commandEntry("1")],
    [eventEntry(command, 1), outcomeEntry("1", { event_count: 2 })],
  );
  refused("a failed try of a command that is done is refused", doneCommand("1"), [
    { kind: "attempt", command_id: "1", attempt: 1, reason: "r", time: startTime },
  ]);
  refused(
    "the parking of an unknown command is refused",
    [],
    [{ kind: "parked", command_id: "1", attempts: 1, reason: "r", time: startTime }],
  );
  refused(
    "the retry of a command that is not parked is refused",
    [commandEntry("1")],
    [{ kind: "retried", command_id: "1", time: startTime }],
  );

  test("an event that is older than the one before in its stream is refused", async (t, journal) => {
    await journal.append([outsideEventEntry("a", ada, 1, { time: startTime + 9 })]).durable;
    const older = outsideEventEntry("b", ada, 2, { time: startTime + 8 });
    t.throws(() => journal.append([older]), { message: /^invariant broken/ });
    await t.notThrowsAsync(journal.append([outsideEventEntry("b", "savings:bob", 1, { time: startTime })]).durable);
  });

  test("a command that was looked for while it was on its way is not accepted a second time", async (t, journal) => {
    t.is(await journal.command("1"), undefined);
    const { durable } = journal.append([commandEntry("1")]);
    t.is(await journal.command("1"), undefined);
    t.throws(() => journal.append([commandEntry("1")]), { message: /^invariant broken/ });
    await durable;
    t.throws(() => journal.append([commandEntry("1")]), { message: /^invariant broken/ });
  });
}
