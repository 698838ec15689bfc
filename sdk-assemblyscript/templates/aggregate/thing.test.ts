import test from "ava";

import { functionUnderTest } from "../../testing.ts";

const subject = await functionUnderTest(import.meta.dirname);
const created = { event_type: "ThingCreated", payload: { name: "Ada" } };

test("what is created has the name that it was given", (t) => {
  const { events, state } = subject.when({ command_type: "CreateThing", payload: { name: "Ada" } });
  t.deepEqual(events, [{ entity: "thing:1", event_type: "ThingCreated", payload: { name: "Ada" } }]);
  t.deepEqual(state, { name: "Ada" });
});

test("what was created before is not created again", (t) => {
  const { events, state } = subject.given([created]).when({ command_type: "CreateThing", payload: { name: "Grace" } });
  t.deepEqual(events, [
    { entity: "thing:1", event_type: "ThingRefused", payload: { reason: "it was created before" } },
  ]);
  t.deepEqual(state, { name: "Ada" });
});

test("a refusal before anything else leaves nothing behind but itself", (t) => {
  const { events } = subject.when({ command_type: "CreateThing", payload: { name: "" } });
  t.like(events, [{ event_type: "ThingRefused" }]);
});
