import test from "ava";

import { fuzz } from "./fuzz/fuzz-run.ts";

test("changed bytes are taken or refused, and leave the host as it was", async (t) => {
  const seed = Date.now() % 2 ** 31;
  t.log(`seed ${seed}`);
  let total = 0;
  await fuzz({
    seed,
    ms: 16_000,
    onReport: ({ target, inputs, seconds }) => {
      total += inputs;
      t.log(`${target}: ${inputs} inputs in ${seconds.toFixed(1)} s`);
    },
  });
  t.true(total > 10_000);
});
