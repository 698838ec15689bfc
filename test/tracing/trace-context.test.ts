import test from "ava";

import { callOf, traceContextOf } from "../../host/domain/trace-context.ts";

const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
const span = "00f067aa0ba902b7";

test("a traceparent is read with its sampled flag, whatever other flags there are", (t) => {
  t.deepEqual(traceContextOf(`00-${trace}-${span}-03`), { trace, span, sampled: true });
  t.deepEqual(traceContextOf(`00-${trace}-${span}-02`), { trace, span, sampled: false });
});

test("a later version is read as far as it is known, and passed on as version 00", (t) => {
  t.is(callOf(`cc-${trace}-${span}-01-what-the-future-holds`), `00-${trace}-${span}-01`);
});

for (const [what, text] of [
  ["the forbidden version", `ff-${trace}-${span}-01`],
  ["version 00 with more", `00-${trace}-${span}-01-more`],
  ["capital letters", `00-${trace.toUpperCase()}-${span}-01`],
  ["a trace of zeros", `00-${"0".repeat(32)}-${span}-01`],
  ["a span of zeros", `00-${trace}-${"0".repeat(16)}-01`],
  ["a short trace", `00-${trace.slice(1)}-${span}-01`],
  ["white space around it", ` 00-${trace}-${span}-01`],
  ["two of them", `00-${trace}-${span}-01, 00-${trace}-${span}-01`],
  ["a line end", `00-${trace}-${span}-01\n`],
  ["nothing", ""],
] as const)
  test(`what is no traceparent is ignored: ${what}`, (t) => {
    t.is(callOf(text), undefined);
  });
