import test from "ava";

import { encodeCommand } from "../../host/domain/envelope-codec.ts";
import { envelopeIdOf } from "../../host/functions/payload.ts";

const commandWith = (id: string): Uint8Array =>
  encodeCommand({
    id,
    command_type: "Add",
    entity: "box:1",
    aggregate: "box:1",
    aggregate_type: "Box",
    time: 1_700_000_000_000,
    cause: { kind: "external", id },
    root_cause: id,
    depth: 0,
    payload: Uint8Array.of(1),
  });

test("the id of an envelope is read from its first bytes, whatever its length", (t) => {
  for (let length = 1; length <= 200; length++) {
    const id = "x".repeat(length);
    t.is(envelopeIdOf(commandWith(id)), id);
  }
  t.is(envelopeIdOf(commandWith("größe")), "größe");
});

test("bytes that begin with no whole id have none", (t) => {
  const envelope = commandWith("x".repeat(100));
  for (let length = 0; length < 100; length++) t.is(envelopeIdOf(envelope.subarray(0, length)), undefined);
  t.is(envelopeIdOf(Uint8Array.of(3, 65, 65)), undefined, "a negative length");
  t.is(envelopeIdOf(Uint8Array.of(0x80, 0x80, 1, 65)), undefined, "a length beyond any id's");
});
