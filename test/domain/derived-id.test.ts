import test from "ava";

import { commandOfEventId, dispatchedCommandIdOf, eventIdOf, isChosenId } from "../../host/domain/derived-id.ts";

test("an event id leads back to its command and index", (t) => {
  t.deepEqual(commandOfEventId(eventIdOf("deposit-1", 12)), { commandId: "deposit-1", index: 12 });
});

test("an id that an outside call chose was not derived from a command", (t) => {
  t.is(commandOfEventId("sensor-7"), undefined);
  t.is(commandOfEventId("!host-7"), undefined);
  t.is(commandOfEventId("a!b"), undefined);
});

test("no derived id is one that a client may choose", (t) => {
  t.false(isChosenId(eventIdOf("a", 0)));
  t.false(isChosenId("!host-1"));
});

test("a repeated dispatch gives the same command ids, another dispatcher, event or index others", (t) => {
  const id = dispatchedCommandIdOf("transfers", "a!0", 0);
  t.is(dispatchedCommandIdOf("transfers", "a!0", 0), id);
  const others = [
    dispatchedCommandIdOf("transfer", "a!0", 0),
    dispatchedCommandIdOf("transfers", "a!1", 0),
    dispatchedCommandIdOf("transfers", "a!0", 1),
  ];
  t.is(new Set([id, ...others]).size, 4);
});

test("ids that clients choose are bounded in length and alphabet", (t) => {
  t.true(isChosenId("6f1c2b7e-0f5b-4a57-9d0c-0a4f1a8e2f11"));
  t.true(isChosenId("berka:tx=1+2@host.~_"));
  for (const id of ["", ".", "..", "a b", "a/b", "a\n", "é", "a!0", "x".repeat(129)]) t.false(isChosenId(id), id);
});
