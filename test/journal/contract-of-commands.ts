// Commands: their lives, and the lists of them.
import type { Journal } from "../../host/ports/journal.ts";
import { nowAndAgain, type JournalTest } from "./journal-test.ts";
import {
  commandEntry,
  doneCommand,
  eventEntry,
  outcomeEntry,
  outcomeOf,
  schema,
  startTime,
  storedAt,
} from "./sample-entries.ts";

export function contractOfCommands(test: JournalTest): void {
  test("a pending command is read as it was accepted, field by field", async (t, journal, reopen) => {
    const entry = commandEntry("c", {
      entity: "card:7",
      aggregate: "checking:ada",
      aggregate_type: "CheckingAccount",
      command_type: "Block",
      time: startTime + 77,
      cause: { kind: "event", id: "e!3" },
      root_cause: "root",
      depth: 4,
      payload: Buffer.from([0, 255, 128]),
      not_before: startTime + 1_000,
    });
    await journal.append([entry]).durable;
    for await (const opened of nowAndAgain(journal, reopen)) {
      const { ordinal: _, ...record } = await require(opened, "c");
      t.deepEqual(record, {
        command: entry.command,
        schema,
        not_before: startTime + 1_000,
        status: "pending",
        attempts: 0,
        last_error: null,
        outcome: null,
        events: [],
      });
    }
  });

  test("a command that is done is read with its outcome and its events", async (t, journal, reopen) => {
    const accepted = commandEntry("c");
    const events = [0, 1].map((index) => eventEntry(accepted.command, 1 + index, { index, entity: `card:${index}` }));
    const outcome = outcomeEntry("c", {
      attempt: 3,
      event_count: 2,
      seen_sequence: 0,
      seen_state_hash: Buffer.alloc(0),
    });
    await journal.append(doneCommand("before")).durable;
    await journal.append([accepted]).durable;
    await journal.append([...doneCommand("other"), ...events, outcome]).durable;
    for await (const opened of nowAndAgain(journal, reopen)) {
      const record = await require(opened, "c");
      t.is(record.status, "done");
      t.is(record.attempts, 2);
      t.deepEqual(record.outcome, outcomeOf(outcome));
      t.deepEqual(
        record.events,
        events.map((event, index) => storedAt(event, 3 + index)),
      );
    }
  });

  test("a command can be done without an event", async (t, journal) => {
    await journal.append([commandEntry("c"), outcomeEntry("c", { event_count: 0 })]).durable;
    const record = await require(journal, "c");
    t.is(record.status, "done");
    t.deepEqual(record.events, []);
  });

  test("failed tries count, parking keeps their reason, and a retry counts from 0", async (t, journal, reopen) => {
    const stage = async (opened: Journal) => {
      const { status, attempts, last_error } = await require(opened, "c");
      return [status, attempts, last_error];
    };
    await journal.append([commandEntry("c")]).durable;
    await journal.append([{ kind: "attempt", command_id: "c", attempt: 1, reason: "trap", time: startTime }]).durable;
    t.deepEqual(await stage(journal), ["pending", 1, "trap"]);
    await journal.append([{ kind: "attempt", command_id: "c", attempt: 2, reason: "late", time: startTime }]).durable;
    t.deepEqual(await stage(journal), ["pending", 2, "late"]);
    await journal.append([{ kind: "parked", command_id: "c", attempts: 3, reason: "gone", time: startTime }]).durable;
    t.deepEqual(await stage(journal), ["parked", 3, "gone"]);
    const reopened = await reopen();
    t.deepEqual(await stage(reopened), ["parked", 3, "gone"]);
    await reopened.append([{ kind: "retried", command_id: "c", time: startTime }]).durable;
    const [status, attempts] = await stage(reopened);
    t.deepEqual([status, attempts], ["pending", 0]);
    const { command } = commandEntry("c");
    await reopened.append([eventEntry(command, 1), outcomeEntry("c")]).durable;
    t.deepEqual(await stage(reopened), ["done", 0, null]);
  });

  test("a command nobody sent is unknown", async (t, journal) => {
    await journal.append([commandEntry("abc")]).durable;
    for (const id of ["ab", "abcd", "", "abc!0"]) t.is(await journal.command(id), undefined, id);
  });

  test("commands in a status are listed by id, page by page, while they are in it", async (t, journal, reopen) => {
    const ids = ["b", "a", "10", "9", "~"];
    for (const id of ids) await journal.append([commandEntry(id)]).durable;
    await journal.append([{ kind: "parked", command_id: "9", attempts: 1, reason: "r", time: startTime }]).durable;
    await journal.append([...doneCommand("done"), outcomeEntry("a", { event_count: 0 })]).durable;
    for await (const opened of nowAndAgain(journal, reopen)) {
      t.deepEqual(await idsIn(opened, "pending"), ["10", "b", "~"]);
      t.deepEqual(await idsIn(opened, "parked"), ["9"]);
      t.deepEqual(await idsIn(opened, "pending", { after: "10", limit: 1 }), ["b"]);
      t.deepEqual(await idsIn(opened, "pending", { after: "c", limit: 9 }), ["~"]);
      t.deepEqual(await idsIn(opened, "pending", { after: "~", limit: 9 }), []);
    }
  });

  test("a retried command is pending and no more parked, also when all was long written", async (t, journal, reopen) => {
    await journal.append([commandEntry("c")]).durable;
    let opened = await reopen();
    await opened.append([{ kind: "parked", command_id: "c", attempts: 1, reason: "r", time: startTime }]).durable;
    t.deepEqual([await idsIn(opened, "pending"), await idsIn(opened, "parked")], [[], ["c"]]);
    opened = await reopen();
    await opened.append([{ kind: "retried", command_id: "c", time: startTime }]).durable;
    t.deepEqual([await idsIn(opened, "pending"), await idsIn(opened, "parked")], [["c"], []]);
    opened = await reopen();
    await opened.append([outcomeEntry("c", { event_count: 0 })]).durable;
    t.deepEqual([await idsIn(opened, "pending"), await idsIn(opened, "parked")], [[], []]);
    opened = await reopen();
    t.deepEqual([await idsIn(opened, "pending"), await idsIn(opened, "parked")], [[], []]);
  });

  test("commands under a root cause are listed as they were accepted, without the root", async (t, journal, reopen) => {
    await journal.append([commandEntry("r")]).durable;
    await journal.append([child("z", "r"), child("m", "r"), child("x", "ro")]).durable;
    await journal.append([child("a", "r")]).durable;
    const under = async (opened: Journal, limit: number) =>
      (await opened.commandsUnder("r", { limit })).map(({ command }) => command.id);
    for await (const opened of nowAndAgain(journal, reopen)) {
      t.deepEqual(await under(opened, 10), ["z", "m", "a"]);
      t.deepEqual(await under(opened, 2), ["z", "m"]);
    }
  });

  test("a read of commands ends once the payloads of them and their events are as long as asked for", async (t, journal, reopen) => {
    await journal.append([commandEntry("r")]).durable;
    for (const id of ["a", "b", "c"]) await journal.append([child(id, "r", new Uint8Array(10))]).durable;
    for await (const opened of nowAndAgain(journal, reopen))
      for (const [bytesMax, count] of [
        [1, 1],
        [10, 1],
        [11, 2],
        [1_000, 3],
      ] as const) {
        t.is((await opened.commandsIn("pending", { after: "", limit: 3, bytesMax })).length, count);
        t.is((await opened.commandsUnder("r", { limit: 3, bytesMax })).length, count);
      }
  });

  test("ordinals grow in the order that commands were accepted", async (t, journal, reopen) => {
    const appended = ["c", "b"].map((id) => journal.append([commandEntry(id)]).durable);
    await Promise.all(appended);
    const reopened = await reopen();
    await reopened.append([commandEntry("a"), commandEntry("0")]).durable;
    const ordinals = [];
    for (const id of ["c", "b", "a", "0"]) ordinals.push((await require(reopened, id)).ordinal);
    t.deepEqual(
      ordinals,
      [...new Set(ordinals)].toSorted((one, other) => one - other),
    );
  });
}

function child(id: string, root_cause: string, payload = new Uint8Array(0)) {
  return commandEntry(id, { cause: { kind: "event", id: "e" }, root_cause, depth: 2, payload });
}

async function require(journal: Journal, id: string) {
  const record = await journal.command(id);
  if (record === undefined) throw new Error(`found no command ${id}`);
  return record;
}

async function idsIn(journal: Journal, status: "pending" | "parked", page = { after: "", limit: 10 }) {
  return (await journal.commandsIn(status, page)).map(({ command }) => command.id);
}
