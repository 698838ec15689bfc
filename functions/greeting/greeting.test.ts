// Given what happened before, when a command comes, then these events follow. The module that will be deployed runs right here.
import test from "ava";

import { functionUnderTest } from "../../sdk-assemblyscript/testing.ts";

const greeting = await functionUnderTest(import.meta.dirname);
const greetedOnce = { event_type: "Greeted", payload: { text: "Hello, Ada!", times: 1 } };

test("the first greeting says hello", (t) => {
  const { events } = greeting.when({ command_type: "Greet", payload: { name: "Ada" } });
  t.deepEqual(events, [{ entity: "greeting:1", ...greetedOnce }]);
});

test("who was greeted before is greeted again", (t) => {
  const { events, state } = greeting.given([greetedOnce]).when({ command_type: "Greet", payload: { name: "Grace" } });
  t.deepEqual(events, [
    { entity: "greeting:1", event_type: "Greeted", payload: { text: "Hello again, Grace!", times: 2 } },
  ]);
  t.deepEqual(state, { times: 2 });
});

test("the state knows how often somebody was greeted", (t) => {
  const greetedTwice = { event_type: "Greeted", payload: { text: "Hello again, Grace!", times: 2 } };
  t.deepEqual(greeting.given([greetedOnce, greetedTwice]).state, { times: 2 });
});
