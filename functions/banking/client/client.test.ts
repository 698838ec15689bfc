import test from "ava";

import { functionUnderTest } from "../../../sdk-assemblyscript/testing.ts";

const client = await functionUnderTest(import.meta.dirname);
const registered = { event_type: "ClientRegistered", payload: { born: "1970-12-13", district: 18 } };

test("a client is registered with date of birth and district", (t) => {
  const { events, state } = client.when({
    command_type: "RegisterClient",
    payload: { born: "1970-12-13", district: 18 },
  });
  t.deepEqual(events, [{ entity: "client:1", ...registered }]);
  t.deepEqual(state, { born: "1970-12-13", district: 18, registered: true });
});

test("a second registration is refused and changes nothing", (t) => {
  const { events, state } = client
    .given([registered])
    .when({ command_type: "RegisterClient", payload: { born: "2000-01-01", district: 1 } });
  t.deepEqual(events, [
    { entity: "client:1", event_type: "RegistrationRefused", payload: { reason: "the client is registered already" } },
  ]);
  t.deepEqual(state, { born: "1970-12-13", district: 18, registered: true });
});

test("a client who moves is in the new district", (t) => {
  const { events, state } = client.given([registered]).when({ command_type: "MoveClient", payload: { district: 5 } });
  t.deepEqual(events, [{ entity: "client:1", event_type: "ClientMoved", payload: { district: 5 } }]);
  t.like(state, { district: 5 });
});

test("nobody moves who is not registered, and may register after the refusal", (t) => {
  const { events } = client.when({ command_type: "MoveClient", payload: { district: 5 } });
  t.is(events[0]?.event_type, "MoveRefused");
  const later = client
    .given([{ event_type: "MoveRefused", payload: { reason: "the client is not registered" } }])
    .when({ command_type: "RegisterClient", payload: { born: "1970-12-13", district: 18 } });
  t.is(later.events[0]?.event_type, "ClientRegistered");
});
