// What every implementation of the port to functions promises. Each runs the puppet.
import test from "ava";

import type { FunctionRef, Functions } from "../../host/ports/functions.ts";
import {
  commandOf,
  commandPayloadsOf,
  dispatchedOf,
  eventsOf,
  stepText,
  turnOf,
} from "../fixtures/functions/envelopes.ts";
import { decodeEventDrafts } from "../../host/domain/draft-codec.ts";

/** @param given.open - opens the implementation, once for all tests, with the bytes that stand for the puppet. */
export function holdsFunctionsContract(given: {
  readonly open: () => Promise<{ functions: Functions; puppet: Uint8Array; close: () => Promise<void> }>;
}): void {
  const opened = given.open();
  let fn: FunctionRef = { name: "puppet", digest: "" };
  let functions: Functions;

  test.before("the puppet passes the gate", async (t) => {
    const { functions: openedFunctions, puppet } = await opened;
    functions = openedFunctions;
    const { digest, kinds } = await functions.check(puppet);
    t.deepEqual(kinds, ["handler", "aggregator", "dispatcher"]);
    fn = { name: "puppet", digest };
    await functions.activate(fn);
  });
  test.after.always("it closes", async () => {
    await (await opened).close();
  });

  const texts = async (...verbs: readonly string[]): Promise<readonly string[]> =>
    (await functions.turn(fn, turnOf(...verbs))).map((step) => stepText(step));

  test("each command of a turn sees the state after the one before it", async (t) => {
    t.deepEqual(await texts("a", "events 3", "b"), [
      "a|none -> 1",
      "events 3|1,events 3|1,events 3|1 -> 4",
      "b|4 -> 5",
    ]);
  });

  test("a turn goes on from the state it was given", async (t) => {
    const steps = await functions.turn(fn, { ...turnOf("a"), state: Buffer.from("41"), sequence: 41 });
    t.deepEqual(steps.map(stepText), ["a|41 -> 42"]);
  });

  test("a failure leaves the state as it was, and the turn goes on", async (t) => {
    t.deepEqual(await texts("a", "fail", "b"), ["a|none -> 1", "failed: it said no", "b|1 -> 2"]);
  });

  test("a trap leaves the state as it was, and the turn goes on", async (t) => {
    const [first, second, third] = await texts("a", "trap", "b");
    t.is(first, "a|none -> 1");
    t.regex(second ?? "", /^failed: trapped/);
    t.is(third, "b|1 -> 2");
  });

  test("events that can't be folded fail their command, and the turn goes on", async (t) => {
    const [, second, third] = await texts("a", "unfoldable", "b");
    t.regex(second ?? "", /^failed: the events could not be folded: can't fold this/);
    t.is(third, "b|1 -> 2");
  });

  test("an answer without events fails its command", async (t) => {
    const [only] = await texts("none");
    t.regex(only ?? "", /answered no event/);
  });

  test("an answer that is not Avro fails its command", async (t) => {
    const [only] = await texts("garbage");
    t.regex(only ?? "", /expected an Avro array of drafts/);
  });

  test("as many events as allowed pass, and one more is refused", async (t) => {
    const [most, more] = await texts("events 1000", "events 1001");
    t.regex(most ?? "", /-> 1000$/);
    t.regex(more ?? "", /1001 drafts \(at most 1000 allowed\)/);
  });

  test("a handler alone answers drafts", async (t) => {
    const answer = await functions.handle(fn, { command: commandOf("a"), state: Buffer.from("7") });
    if (answer.kind === "failed") {
      t.fail(answer.reason);
      return;
    }
    const [draft] = decodeEventDrafts(answer.bytes, 1);
    t.is(Buffer.from(draft?.payload ?? []).toString(), "a|7");
  });

  test("an aggregator alone answers the state", async (t) => {
    const answer = await functions.aggregate(fn, { state: null, events: eventsOf("a", "b") });
    t.is(answer.kind === "ok" ? Buffer.from(answer.bytes).toString() : answer.reason, "2");
  });

  test("a dispatcher answers commands", async (t) => {
    const answer = await functions.dispatch(fn, { event: dispatchedOf("again") });
    t.deepEqual(answer.kind === "ok" ? commandPayloadsOf(answer.bytes) : answer.reason, ["again"]);
  });

  test("what a call throws is its failure", async (t) => {
    const answer = await functions.dispatch(fn, { event: dispatchedOf("trap") });
    t.regex(answer.kind === "failed" ? answer.reason : "", /^trapped/);
  });

  test("the bytes of what was checked are kept", async (t) => {
    t.deepEqual(Buffer.from((await functions.component(fn.digest)) ?? []), Buffer.from((await opened).puppet));
    t.is(await functions.component("0".repeat(64)), undefined);
  });

  test("what was never checked can't be run", async (t) => {
    const unknown = { name: "nobody", digest: "0".repeat(64) };
    await t.throwsAsync(functions.turn(unknown, turnOf("a")), { code: "FUNCTION_UNAVAILABLE" });
  });

  test("bytes that are no function are refused", async (t) => {
    await t.throwsAsync(functions.check(Buffer.from("nothing")), { code: "FUNCTION_REFUSED" });
  });

  test("calls and failures are counted by name, commands of a turn one by one", async (t) => {
    const counted = { ...fn, name: "counted" };
    await functions.turn(counted, turnOf("a", "fail", "b"));
    await functions.handle(counted, { command: commandOf("a"), state: null });
    const { calls, failures, last_errors } = functions.status("counted");
    t.is(calls, 4);
    t.is(failures, 1);
    t.is(last_errors[0]?.reason, "it said no");
  });
}
