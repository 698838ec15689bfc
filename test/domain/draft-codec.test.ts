import avro from "avsc";
import test from "ava";
import * as fc from "fast-check";

import { decodeCommandDrafts, decodeEventDrafts } from "../../host/domain/draft-codec.ts";

const eventDrafts = avro.Type.forSchema({
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
const commandDrafts = avro.Type.forSchema({
  type: "array",
  items: {
    type: "record",
    name: "CommandDraft",
    fields: [
      { name: "entity", type: "string" },
      { name: "command_type", type: "string" },
      { name: "payload", type: "bytes" },
      { name: "not_before", type: ["null", "long"], default: null },
    ],
  },
});
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const payload = fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes));

test("drafts of events come out as an Avro library wrote them", (t) => {
  fc.assert(
    fc.property(fc.array(fc.record({ entity: text, event_type: text, payload }), { maxLength: 5 }), (drafts) => {
      const read = decodeEventDrafts(eventDrafts.toBuffer(drafts), 5);
      t.deepEqual(read, drafts);
    }),
  );
});

test("drafts of commands come out as an Avro library wrote them, with the time they wait for", (t) => {
  // avsc itself rounds what is beyond ±2^52: no date that anybody means lies there.
  const time = fc.option(fc.maxSafeInteger().map((value) => Math.trunc(value / 2) + 0));
  fc.assert(
    fc.property(
      fc.array(fc.record({ entity: text, command_type: text, payload, not_before: time }), { maxLength: 5 }),
      (drafts) => {
        t.deepEqual(decodeCommandDrafts(commandDrafts.toBuffer(drafts), 5), drafts);
      },
    ),
  );
});

test("a cut answer is refused at every length", (t) => {
  const whole = eventDrafts.toBuffer([{ entity: "a:1", event_type: "B", payload: Buffer.from("xyz") }]);
  for (let length = 0; length < whole.length; length++)
    t.throws(() => decodeEventDrafts(whole.subarray(0, length), 5), { message: /expected an Avro array of drafts/ });
});

test("five bytes that claim a billion drafts are refused at once", (t) => {
  t.throws(() => decodeEventDrafts(Uint8Array.from([0x80, 0xa8, 0xd6, 0xb9, 0x07]), 1_000), {
    message: /1000000000 drafts \(at most 1000 allowed\)/,
  });
});

test("text that is not UTF-8 and trailing bytes are refused", (t) => {
  t.throws(() => decodeEventDrafts(Uint8Array.from([2, 2, 0xff, 0, 0, 0]), 5), { message: /not UTF-8/ });
  t.throws(() => decodeEventDrafts(Uint8Array.from([0, 0]), 5), { message: /trailing bytes/ });
});

test("random bytes are read or refused, and never anything else", (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeCommandDrafts(bytes, 100);
      } catch (error) {
        t.like(error, { code: "DRAFTS_INVALID" });
      }
    }),
    { numRuns: 5_000 },
  );
  t.pass();
});
