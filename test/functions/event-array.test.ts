import test from "ava";
import avro from "avsc";
import * as fc from "fast-check";

import { eventIdOf } from "../../host/domain/derived-id.ts";
import { encodeCommand, encodeEvents } from "../../host/domain/envelope-codec.ts";
import type { Command, EventDraft } from "../../host/domain/envelope.ts";
import { eventArrayOf } from "../../host/functions/runner/event-array.cjs";

const draftsType = avro.Type.forSchema({
  type: "array",
  items: {
    type: "record",
    name: "EventDraft",
    fields: [
      { name: "entity", type: "string" },
      { name: "event_type", type: "string" },
      { name: "payload", type: "bytes" },
    ],
  },
});

const text = fc.string({ unit: "grapheme", maxLength: 200 });
const bytes = fc.uint8Array({ maxLength: 200 }).map((content) => Buffer.from(content));
const whole = fc.integer({ min: 0, max: 2 ** 52 });
const draft: fc.Arbitrary<EventDraft> = fc.record({ entity: text, event_type: text, payload: bytes });
const command: fc.Arbitrary<Command> = fc.record({
  id: text,
  command_type: text,
  entity: text,
  aggregate: text,
  aggregate_type: text,
  time: whole,
  cause: fc.record({ kind: fc.constantFrom("external", "command", "event"), id: text }),
  root_cause: text,
  depth: fc.integer({ min: 0, max: 2 ** 30 }),
  payload: bytes,
});

test("the events that the aggregator folds are byte for byte those that the host will store", (t) => {
  const drafts = fc.array(draft, { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(command, drafts, whole, whole, (command, drafts, sequence, time) => {
      const made = eventArrayOf({
        command: encodeCommand(command),
        drafts: draftsType.toBuffer(drafts),
        sequence,
        time,
        countMax: 12,
      });
      const { id, aggregate, aggregate_type, root_cause } = command;
      const expected = drafts.map((draft, index) => ({
        ...draft,
        id: eventIdOf(id, index),
        aggregate,
        aggregate_type,
        root_cause,
        sequence: sequence + 1 + index,
        position: 0,
        time,
        cause: { kind: "command" as const, id },
        depth: command.depth + 1,
      }));
      t.deepEqual(Buffer.from(made.bytes), Buffer.from(encodeEvents(expected)));
      t.is(made.count, drafts.length);
    }),
  );
});

const plainCommand = encodeCommand({
  id: "c1",
  command_type: "Do",
  entity: "thing:1",
  aggregate: "thing:1",
  aggregate_type: "Thing",
  time: 1,
  cause: { kind: "external", id: "x" },
  root_cause: "x",
  depth: 0,
  payload: new Uint8Array(0),
});
const made = (drafts: Uint8Array) => eventArrayOf({ command: plainCommand, drafts, sequence: 0, time: 1, countMax: 3 });

test("an answer cut anywhere is refused", (t) => {
  const drafts = draftsType.toBuffer([{ entity: "thing:1", event_type: "Done", payload: Buffer.from("abc") }]);
  for (let length = 0; length < drafts.length; length++)
    t.throws(() => made(drafts.subarray(0, length)), { message: /expected an Avro array of drafts/ });
});

test("an answer with bytes after its end is refused", (t) => {
  const drafts = draftsType.toBuffer([{ entity: "thing:1", event_type: "Done", payload: Buffer.from("abc") }]);
  t.throws(() => made(Buffer.concat([drafts, Buffer.from([0])])), { message: /trailing bytes/ });
});

test("an answer of more events than allowed is refused before any is read", (t) => {
  t.throws(() => made(Buffer.from([0x80, 0x94, 0xeb, 0xdc, 0x03])), {
    message: /500000000 drafts \(at most 3 allowed\)/,
  });
});

test("an empty answer is no event", (t) => {
  t.throws(() => made(Buffer.from([0])), { message: "answered no event, expected at least one" });
});

test("a name that is not UTF-8 is refused", (t) => {
  t.throws(() => made(Buffer.from([2, 2, 0xff, 2, 0x41, 0, 0])), { message: /text that is not UTF-8/ });
});

test("an array in blocks with sizes is taken as one array", (t) => {
  const item = [2, 0x61, 2, 0x41, 0];
  t.is(made(Buffer.from([1, 10, ...item, 2, ...item, 0])).count, 2);
});
