import test from "ava";

import { functionUnderTest } from "../../sdk-assemblyscript/testing.ts";

const greeting = await functionUnderTest(import.meta.dirname);
const greetedOnce = { event_type: "Greeted", payload: { text: "Hello, Ada!", times: 1 } };

test("the first greeting says hello", (t) => {
  const { events, state } = greeting.when({ command_type: "Greet", payload: { name: "Ada" } });
  t.deepEqual(events, [{ entity: "greeting:1", event_type: "Greeted", payload: { text: "Hello, Ada!", times: 1 } }]);
  t.deepEqual(state, { times: 1 });
});

test("who was greeted before is greeted again", (t) => {
  const { events } = greeting.given([greetedOnce]).when({ command_type: "Greet", payload: { name: "Grace" } });
  t.deepEqual(events, [
    { entity: "greeting:1", event_type: "Greeted", payload: { text: "Hello again, Grace!", times: 2 } },
  ]);
});
