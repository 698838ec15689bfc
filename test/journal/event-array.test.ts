import test from "ava";
import * as fc from "fast-check";

import { eventIdOf } from "../../host/domain/derived-id.ts";
import { encodeEvents } from "../../host/domain/envelope-codec.ts";
import type { Event } from "../../host/domain/envelope.ts";
import { EventArray } from "../../host/journal/event-array.ts";
import { emptyChain, GroupBuilder } from "../../host/journal/group-codec.ts";
import { Group } from "../../host/journal/group.ts";
import type { JournalEntry } from "../../host/ports/journal.ts";

const schemas = ["of-the-reader", "of-another"] as const;
const [schema, otherSchema] = schemas;

/** Short and long texts, and such as take more bytes than characters. */
const text = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
  fc.string({ minLength: 60, maxLength: 200 }),
);
/** As large as times and sequences get, and far beyond: avsc, the oracle, rounds what is near 2^52. */
const number = fc.oneof(fc.nat({ max: 200 }), fc.integer({ min: 0, max: 2 ** 50 }));
const bytes = fc
  .oneof(fc.uint8Array({ maxLength: 20 }), fc.uint8Array({ minLength: 60, maxLength: 400 }))
  .map((array) => Buffer.from(array));

/** Events of every kind of cause, with what the log leaves out and with what it has to keep. */
const event: fc.Arbitrary<Event> = fc
  .record({
    ownId: text,
    index: fc.option(fc.nat({ max: 20_000 }), { nil: undefined }),
    event_type: fc.constantFrom("Opened", "Deposited"),
    entity: text,
    aggregate: fc.option(text, { nil: undefined }),
    aggregate_type: fc.constantFrom("Account", "Client"),
    sequence: number,
    time: number,
    causeKind: fc.constantFrom("external", "command", "event"),
    causeId: fc.option(text, { nil: undefined }),
    rootCause: fc.option(text, { nil: undefined }),
    depth: fc.nat({ max: 1_000 }),
    payload: bytes,
  })
  .map(({ ownId, index, aggregate, causeKind, causeId, rootCause, ...rest }) => {
    const isDerived = index !== undefined && causeId !== undefined && causeKind === "command";
    const id = isDerived ? eventIdOf(causeId, index) : ownId;
    const cause = { kind: causeKind, id: causeId ?? id };
    return { ...rest, id, aggregate: aggregate ?? rest.entity, position: 0, cause, root_cause: rootCause ?? cause.id };
  });

const entry = fc
  .record({ event, schema: fc.constantFrom(...schemas) })
  .map((fields): JournalEntry => ({ kind: "event", ...fields }));

function groupOf(entries: readonly JournalEntry[]): Group {
  const builder = new GroupBuilder();
  for (const each of entries) builder.add(each);
  const { value } = builder.seal({ group: 1, firstPosition: 1, time: 0, previousChain: emptyChain });
  return Group.read(1, value);
}

const reader = {
  schema,
  resolve: (type: string, payload: Uint8Array, written: string) =>
    Buffer.concat([Buffer.from(`${type} of ${written}: `), payload, payload]),
};

/** An event as the reader has it. */
function asRead({ event: stored, schema: written }: { readonly event: Event; readonly schema: string }): Event {
  const { event_type, payload } = stored;
  return written === schema ? stored : { ...stored, payload: reader.resolve(event_type, payload, otherSchema) };
}

test("events of the log are copied to what an aggregator would have got of them decoded", (t) => {
  const property = fc.property(fc.array(entry, { minLength: 1, maxLength: 80 }), (entries) => {
    const group = groupOf(entries);
    const array = new EventArray({ reader, eventsExpected: 1 });
    for (const slot of entries.keys()) group.copyEvent(slot, array);
    const events = group.entries().flatMap((read) => (read.kind === "event" ? [asRead(read)] : []));
    const made = array.finish();
    t.deepEqual(Buffer.from(made.bytes), Buffer.from(encodeEvents(events)));
    t.is(made.count, entries.length);
    t.is(made.lastSequence, events.at(-1)?.sequence);
  });
  t.notThrows(() => fc.assert(property));
});

test("an array of no events is empty", (t) => {
  const made = new EventArray({ reader, eventsExpected: 10 }).finish();
  t.deepEqual(Buffer.from(made.bytes), Buffer.from(encodeEvents([])));
  t.like(made, { count: 0, lastSequence: 0 });
});

test("what is no event can't be copied as one", (t) => {
  const group = groupOf([{ kind: "retried", command_id: "command", time: 1 }]);
  const array = new EventArray({ reader, eventsExpected: 1 });
  t.throws(() => group.copyEvent(0, array), { message: /a place of an event holds an entry of the kind/ });
});
