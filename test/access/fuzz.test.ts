import { hash } from "node:crypto";

import test from "ava";

import { puppetComponent } from "../fixtures/functions/component-fixture.ts";
import { dispatcherComponent } from "../fixtures/functions/text-component.ts";
import { ComponentMutation } from "./fuzz/component-mutation.ts";
import { fuzz } from "./fuzz/fuzz-run.ts";
import { Mutation } from "./fuzz/mutation.ts";

test("components with changed sections differ by the hundred, and are the same for the same seed", async (t) => {
  const seeds = [await dispatcherComponent(), await puppetComponent()];
  const made = (): ReadonlySet<string> => {
    const mutation = new ComponentMutation({ mutation: new Mutation({ seed: 7 }), seeds });
    return new Set(Array.from({ length: 500 }, () => hash("sha256", mutation.next())));
  };
  const digests = made();
  t.true(digests.size > 400, `${digests.size} are not alike`);
  t.deepEqual(made(), digests);
});

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
