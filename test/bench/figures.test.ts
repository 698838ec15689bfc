// Figures of the benchmark.
import test from "ava";

import { figureText, quantile, rounded } from "./figures.ts";

test("figures have three digits, and whole ones all of theirs", (t) => {
  t.deepEqual([0.012345, 1.2345, 99.96, 1_234.5, 0].map(rounded), [0.0123, 1.23, 100, 1_235, 0]);
  t.deepEqual([0.012345, 1_234_567.8].map(figureText), ["0.0123", "1,234,568"]);
});

test("the median of three runs is the middle one, in whatever order they came", (t) => {
  t.is(quantile([30, 10, 20], 0.5), 20);
});

test("the 99th percentile is above 99 of 100 values, and that of one value is the value", (t) => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  t.is(quantile(values, 0.99), 100);
  t.is(quantile([7], 0.99), 7);
  t.deepEqual(values.slice(0, 2), [100, 99]);
});
