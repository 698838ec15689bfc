// Events: the log in order, the streams of aggregates, and what follows from events about entities.
import { encodeEvents } from "../../host/domain/envelope-codec.ts";
import { chunkEvents } from "../../host/journal/tables.ts";
import type { EventFilter, Journal, PayloadReader } from "../../host/ports/journal.ts";
import { nowAndAgain, type JournalTest } from "./journal-test.ts";
import {
  commandEntry,
  doneCommand,
  eventEntry,
  foldedState,
  outcomeEntry,
  outsideEventEntry,
  schema,
  startTime,
  storedAt,
} from "./sample-entries.ts";

/** Knows one version of the schema and no other. */
const reader: PayloadReader = {
  schema,
  resolve: (_, __, written) => {
    throw new Error(`found the schema ${written}`);
  },
};

export function contractOfEvents(test: JournalTest): void {
  test("an event is read as it was appended, field by field", async (t, journal, reopen) => {
    const entry = eventEntry(commandEntry("c").command, 1, {
      index: 0,
      event_type: "Blocked",
      entity: "card:7",
      time: startTime + 77,
      root_cause: "root",
      depth: 5,
      payload: Buffer.from([0, 255, 128]),
    });
    const outside = outsideEventEntry("outside", "savings:ada", 2, { time: startTime + 78 });
    await journal.append([commandEntry("c"), entry, outcomeEntry("c")]).durable;
    await journal.append([outside]).durable;
    for await (const opened of nowAndAgain(journal, reopen)) {
      const expected = [storedAt(entry, 1), storedAt(outside, 2)];
      t.deepEqual((await opened.events({ after: 0, limit: 10 })).events, expected);
      t.deepEqual(await opened.stream("savings:ada", { after: 0, limit: 10 }), expected);
      t.deepEqual(await opened.event("c!0"), expected[0]);
      t.deepEqual(await opened.event("outside"), expected[1]);
    }
  });

  test("an id that no event has is unknown", async (t, journal) => {
    await journal.append([...doneCommand("done"), commandEntry("pending"), outsideEventEntry("e", "savings:e", 1)])
      .durable;
    for (const id of ["done!1", "done!", "done", "done!00", "pending!0", "nobody!0", "e!0", "nobody", "!0", ""])
      t.is(await journal.event(id), undefined, id);
  });

  test("a read of events ends once their payloads are as long as asked for, and goes on from there", async (t, journal, reopen) => {
    const { command } = commandEntry("c");
    const entries = [10, 20, 30, 40].map((size, index) =>
      eventEntry(command, index + 1, { index, payload: new Uint8Array(size) }),
    );
    await journal.append([commandEntry("c"), ...entries, outcomeEntry("c", { event_count: 4 })]).durable;
    const { aggregate } = command;
    for await (const opened of nowAndAgain(journal, reopen))
      for (const [bytesMax, positions] of [
        [1, [1]],
        [10, [1]],
        [11, [1, 2]],
        [60, [1, 2, 3]],
        [1_000, [1, 2, 3, 4]],
      ] as const) {
        const bounds = { after: 0, limit: 10, bytesMax };
        for (const filter of [{}, { aggregate }]) {
          const page = await opened.events({ ...bounds, filter });
          t.deepEqual(
            page.events.map(({ position }) => position),
            [...positions],
          );
          t.is(page.scannedTo, positions.length);
        }
        t.is((await opened.stream(aggregate, bounds)).length, positions.length);
      }
  });

  test("the log is read on from where the last page ended", async (t, journal, reopen) => {
    for (const id of ["a", "b", "c", "d"]) await journal.append(doneCommand(id, { eventCount: 3 })).durable;
    for await (const opened of nowAndAgain(journal, reopen)) {
      const positions: number[] = [];
      for (let after = 0; after < 12;) {
        const page = await opened.events({ after, limit: 5 });
        positions.push(...page.events.map(({ position }) => position));
        t.is(page.scannedTo, positions.at(-1));
        after = page.scannedTo;
      }
      t.deepEqual(positions, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      t.deepEqual(await opened.events({ after: 12, limit: 5 }), { events: [], scannedTo: 12 });
    }
  });

  test("groups without an event in between are passed over", async (t, journal, reopen) => {
    await journal.append([commandEntry("x")]).durable;
    await journal.append(doneCommand("a")).durable;
    for (const id of ["y", "z"]) await journal.append([commandEntry(id)]).durable;
    await journal.append(doneCommand("b")).durable;
    await journal.append([commandEntry("w")]).durable;
    for await (const opened of nowAndAgain(journal, reopen)) {
      for (const after of [0, 1]) {
        const { events, scannedTo } = await opened.events({ after, limit: 10 });
        t.deepEqual(
          events.map(({ position }) => position),
          [1, 2].slice(after),
        );
        t.is(scannedTo, 2);
      }
    }
  });

  test("a filter passes what matches all of it, and nothing else", async (t, journal, reopen) => {
    await journal.append([
      outsideEventEntry("1", "savings:a", 1),
      outsideEventEntry("2", "savings:a", 2, { event_type: "Closed" }),
      outsideEventEntry("3", "savings:ab", 1, { entity: "card:1" }),
      outsideEventEntry("4", "checking:a", 1, { aggregate_type: "CheckingAccount" }),
    ]).durable;
    await journal.append([outsideEventEntry("5", "savings:a", 3, { entity: "card:2" })]).durable;
    const cases: [EventFilter, string[]][] = [
      [{ aggregate: "savings:a" }, ["1", "2", "5"]],
      [{ aggregate: "savings:a", event_type: "Deposited" }, ["1", "5"]],
      [{ aggregate: "savings:a", entity: "card:2" }, ["5"]],
      [{ aggregate: "savings:a", aggregate_type: "CheckingAccount" }, []],
      [{ aggregate: "savings:b" }, []],
      [{ aggregate_type: "CheckingAccount" }, ["4"]],
      [{ event_type: "Closed" }, ["2"]],
      [{ entity: "card:1" }, ["3"]],
      [{ entity: "card:1", event_type: "Closed" }, []],
      [{}, ["1", "2", "3", "4", "5"]],
    ];
    for await (const opened of nowAndAgain(journal, reopen))
      for (const [filter, ids] of cases) {
        const { events, scannedTo } = await opened.events({ after: 0, limit: 10, filter });
        t.deepEqual(
          events.map(({ id }) => id),
          ids,
          JSON.stringify(filter),
        );
        t.is(scannedTo, 5);
      }
  });

  test("a filter by aggregate goes on after a position as one over the log does", async (t, journal) => {
    for (let sequence = 1; sequence <= 40; sequence++)
      await journal.append([
        outsideEventEntry(`a${sequence}`, "savings:a", sequence),
        outsideEventEntry(`b${sequence}`, "savings:b", sequence),
      ]).durable;
    const filter = { aggregate: "savings:b" };
    for (const after of [0, 1, 2, 39, 40, 41, 78, 79, 80]) {
      const { events } = await journal.events({ after, limit: 100, filter });
      t.deepEqual(
        events.map(({ position }) => position),
        Array.from({ length: 40 }, (_, index) => 2 * index + 2).filter((position) => position > after),
      );
      const page = await journal.events({ after, limit: 2, filter });
      t.deepEqual(page.events, events.slice(0, 2));
      t.deepEqual((await journal.events({ after: page.scannedTo, limit: 100, filter })).events, events.slice(2));
    }
  });

  test("a read looks at no more events than it may, and says where it stopped", async (t, journal) => {
    for (const id of ["a", "b", "c"]) await journal.append(doneCommand(id, { eventCount: 4 })).durable;
    const filter = { event_type: "Nothing" };
    const pages = [];
    for (let after = 0; after < 12;) {
      const { events, scannedTo } = await journal.events({ after, limit: 10, scanLimit: 5, filter });
      t.deepEqual(events, []);
      pages.push(scannedTo);
      after = scannedTo;
    }
    t.deepEqual(pages, [5, 10, 12]);
  });

  test("a stream has its aggregate's events by sequence, and none of an id that begins alike", async (t, journal, reopen) => {
    const aggregates = ["savings:a", "savings:a1", "savings:a~", "savings:A", "savings:"];
    for (const sequence of [1, 2, 3])
      for (const aggregate of aggregates)
        await journal.append([outsideEventEntry(`${aggregate}-${sequence}`, aggregate, sequence)]).durable;
    for await (const opened of nowAndAgain(journal, reopen))
      for (const aggregate of aggregates) {
        const idsOf = async (query: { after: number; limit: number }) =>
          (await opened.stream(aggregate, query)).map(({ id }) => id.slice(aggregate.length));
        t.deepEqual(await idsOf({ after: 0, limit: 10 }), ["-1", "-2", "-3"]);
        t.deepEqual(await idsOf({ after: 1, limit: 1 }), ["-2"]);
        t.deepEqual(await idsOf({ after: 2, limit: 10 }), ["-3"]);
        t.deepEqual(await idsOf({ after: 3, limit: 10 }), []);
        t.is(await opened.sequence(aggregate), 3);
      }
  });

  test("a stream that is partly written and partly new is read whole", async (t, journal, reopen) => {
    await journal.append(doneCommand("1", { aggregate: "savings:a", eventCount: 3 })).durable;
    const reopened = await reopen();
    await reopened.append(doneCommand("2", { aggregate: "savings:a", after: 3, eventCount: 2 })).durable;
    for await (const opened of nowAndAgain(reopened, reopen))
      for (const after of [0, 1, 2, 3, 4, 5]) {
        const read = await readAll(opened, "savings:a", after);
        t.deepEqual(read, [1, 2, 3, 4, 5].slice(after));
      }
  });

  test("a long stream is read from any sequence on, as far as asked", async (t, journal, reopen) => {
    const length = 2 * chunkEvents + 5;
    await journal.append(doneCommand("1", { aggregate: "savings:a", eventCount: chunkEvents - 1 })).durable;
    const reopened = await reopen();
    const change = { aggregate: "savings:a", after: chunkEvents - 1, eventCount: length - chunkEvents + 1 };
    await reopened.append(doneCommand("2", change)).durable;
    const sequences = Array.from({ length }, (_, index) => index + 1);
    for await (const opened of nowAndAgain(reopened, reopen)) {
      t.is(await opened.sequence("savings:a"), length);
      for (let after = 0; after <= length; after++)
        for (const limit of [1, 3, chunkEvents, chunkEvents + 1, length]) {
          const events = await opened.stream("savings:a", { after, limit });
          t.deepEqual(
            events.map(({ sequence }) => sequence),
            sequences.slice(after, after + limit),
          );
        }
    }
  });

  test("a stream as an aggregator takes it is that of its events, from any sequence on, as far as asked", async (t, journal, reopen) => {
    const length = chunkEvents + 5;
    await journal.append(doneCommand("1", { aggregate: "savings:a", eventCount: chunkEvents - 1 })).durable;
    const reopened = await reopen();
    const change = { aggregate: "savings:a", after: chunkEvents - 1, eventCount: length - chunkEvents + 1 };
    await reopened.append(doneCommand("2", change)).durable;
    for await (const opened of nowAndAgain(reopened, reopen))
      for (let after = 0; after <= length; after++)
        for (const limit of [0, 1, 3, chunkEvents + 1]) {
          const encoded = await opened.encodedStream("savings:a", { after, limit, reader });
          const events = await opened.stream("savings:a", { after, limit });
          t.deepEqual(Buffer.from(encoded.bytes), Buffer.from(encodeEvents(events)));
          t.is(encoded.count, events.length);
          t.is(encoded.lastSequence, events.at(-1)?.sequence ?? 0);
        }
  });

  test("a stream as an aggregator takes it ends once its bytes are as long as asked for", async (t, journal) => {
    await journal.append(doneCommand("1", { aggregate: "savings:a", eventCount: 20 })).durable;
    const read = (bytesMax: number) => journal.encodedStream("savings:a", { after: 0, limit: 20, bytesMax, reader });
    const [one, few] = [await read(1), await read(1_000)];
    t.is(one.count, 1);
    t.true(few.count > 1 && few.count < 20);
    t.true(few.bytes.length >= 1_000 && few.bytes.length < 1_000 + one.bytes.length);
  });

  test("payloads of other versions of the schema are read by the aggregator's", async (t, journal) => {
    const entries = ["first", "second"].map((version, index) => ({
      ...outsideEventEntry(version, "savings:a", index + 1, { payload: Buffer.from(version) }),
      schema: version,
    }));
    await journal.append(entries).durable;
    const asked: unknown[] = [];
    const { bytes } = await journal.encodedStream("savings:a", {
      after: 0,
      limit: 2,
      reader: {
        schema: "second",
        resolve: (...given) => {
          asked.push(given);
          return Buffer.from("resolved");
        },
      },
    });
    t.deepEqual(asked, [["Deposited", Buffer.from("first"), "first"]]);
    const [first, second] = await journal.stream("savings:a", { after: 0, limit: 2 });
    if (first === undefined || second === undefined) return t.fail("the stream has lost its events");
    const expected = encodeEvents([{ ...first, payload: Buffer.from("resolved") }, second]);
    t.deepEqual(Buffer.from(bytes), Buffer.from(expected));
    const refused = new Error("this version has no such event");
    const refusing = {
      schema: "third",
      resolve: () => {
        throw refused;
      },
    };
    const error = await t.throwsAsync(() =>
      journal.encodedStream("savings:a", { after: 0, limit: 2, reader: refusing }),
    );
    t.is(error, refused);
  });

  test("the sequence of an aggregate without events is 0", async (t, journal) => {
    await journal.append(doneCommand("1", { aggregate: "savings:ab" })).durable;
    for (const aggregate of ["savings:a", "savings:abc", "savings:"]) t.is(await journal.sequence(aggregate), 0);
  });

  test("aggregates of a type are listed by id with their sequence, page by page", async (t, journal, reopen) => {
    await journal.append(doneCommand("1", { aggregate: "savings:b", eventCount: 2 })).durable;
    await journal.append(doneCommand("2", { aggregate: "savings:a" })).durable;
    await journal.append([outsideEventEntry("3", "atm:a", 1, { aggregate_type: "Atm" })]).durable;
    const opened = await reopen();
    await opened.append(doneCommand("4", { aggregate: "savings:b", after: 2 })).durable;
    await opened.append(doneCommand("5", { aggregate: "savings:aa" })).durable;
    const all = [
      { aggregate: "savings:a", sequence: 1 },
      { aggregate: "savings:aa", sequence: 1 },
      { aggregate: "savings:b", sequence: 3 },
    ];
    t.deepEqual(await opened.aggregates("SavingsAccount", { after: "", limit: 10 }), all);
    t.deepEqual(await opened.aggregates("SavingsAccount", { after: "savings:a", limit: 1 }), all.slice(1, 2));
    t.deepEqual(await opened.aggregates("SavingsAccount", { after: "savings:b", limit: 9 }), []);
    t.deepEqual(await opened.aggregates("Savings", { after: "", limit: 10 }), []);
    t.deepEqual(await opened.aggregates("Atm", { after: "", limit: 10 }), [{ aggregate: "atm:a", sequence: 1 }]);
  });

  test("an entity belongs to the aggregate of the first event about it, and a root to none", async (t, journal, reopen) => {
    await journal.append([
      outsideEventEntry("1", "client:ada", 1),
      outsideEventEntry("2", "client:ada", 2, { entity: "address:1" }),
      outsideEventEntry("3", "client:ada", 3, { entity: "address:1" }),
      outsideEventEntry("4", "client:bob", 1, { entity: "address:11" }),
    ]).durable;
    for await (const opened of nowAndAgain(journal, reopen)) {
      t.is(await opened.aggregateOf("address:1"), "client:ada");
      t.is(await opened.aggregateOf("address:11"), "client:bob");
      t.is(await opened.aggregateOf("client:ada"), undefined);
      t.is(await opened.aggregateOf("address:"), undefined);
    }
  });

  test("who refers to an entity is listed in order, from when its state holds the reference until it no more does", async (t, journal, reopen) => {
    const refer = (aggregate: string, added: string[], removed: string[]) =>
      ({ kind: "references", aggregate, added, removed }) as const;
    await journal.append([refer("savings:b", ["client:ada", "client:bob"], [])]).durable;
    await journal.append([refer("savings:a", ["client:ada"], []), refer("savings:c", ["client:ada"], [])]).durable;
    t.deepEqual(await journal.referrers("client:ada"), ["savings:a", "savings:b", "savings:c"]);
    await journal.append([refer("savings:b", [], ["client:ada"])]).durable;
    t.deepEqual(await journal.referrers("client:ada"), ["savings:a", "savings:c"]);
    const opened = await reopen();
    t.deepEqual(await opened.referrers("client:ada"), ["savings:a", "savings:c"]);
    await opened.append([refer("savings:a", [], ["client:ada"]), refer("savings:b", ["client:ada"], [])]).durable;
    for await (const again of nowAndAgain(opened, reopen)) {
      t.deepEqual(await again.referrers("client:ada"), ["savings:b", "savings:c"]);
      t.deepEqual(await again.referrers("client:bob"), ["savings:b"]);
      t.deepEqual(await again.referrers("client:"), []);
    }
  });

  test("the newest folded state is kept, and after opening again it is that or none", async (t, journal, reopen) => {
    await journal.append(doneCommand("1", { aggregate: "savings:a", eventCount: 2 })).durable;
    t.is(await journal.state("savings:a"), undefined);
    journal.keepState(foldedState("savings:a", 1));
    journal.keepState(foldedState("savings:a", 2));
    t.deepEqual(await journal.state("savings:a"), foldedState("savings:a", 2));
    t.is(await journal.state("savings:"), undefined);
    const kept = await (await reopen()).state("savings:a");
    if (kept !== undefined) t.deepEqual(kept, foldedState("savings:a", 2));
  });

  test("a folded state that has seen what is not in the log is not kept", async (t, journal) => {
    await journal.append(doneCommand("1", { aggregate: "savings:a" })).durable;
    journal.keepState(foldedState("savings:a", 2));
    t.is(await journal.state("savings:a"), undefined);
  });
}

/** Sequences of a stream after one, read page by page. */
async function readAll(journal: Journal, aggregate: string, after: number): Promise<number[]> {
  const sequences: number[] = [];
  for (let from = after; ;) {
    const page = await journal.stream(aggregate, { after: from, limit: 2 });
    const last = page.at(-1);
    if (last === undefined) return sequences;
    sequences.push(...page.map(({ sequence }) => sequence));
    from = last.sequence;
  }
}
