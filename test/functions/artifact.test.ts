import test from "ava";

import { artifactOf, withCodeCache } from "../../host/functions/artifact.ts";
import { functionMemoriesMax } from "../../host/limits.ts";
import { coreOf } from "../fixtures/functions/component-fixture.ts";

const glue = Buffer.from("export function instantiate(get) { return {}; }\nexport const _util = {};");

async function filesOf(memoryCount: number): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>([["component.js", glue]]);
  for (let index = 0; index < memoryCount; index++) files.set(`m${index}.wasm`, await coreOf("(module (memory 1))"));
  return files;
}

test("as many memories as allowed pass, and one more is refused", async (t) => {
  t.true(artifactOf(await filesOf(functionMemoriesMax)).length > 0);
  const more = await filesOf(functionMemoriesMax + 1);
  t.throws(() => artifactOf(more), { code: "FUNCTION_REFUSED", message: "found 5 memories, at most 4 allowed" });
});

test("the glue becomes a script without imports and exports", async (t) => {
  const text = Buffer.from(artifactOf(await filesOf(0))).toString("latin1");
  t.true(
    text.includes(
      '"use strict";\n(function (exports) {\nexports.instantiate = instantiate;\nfunction instantiate(get)',
    ),
  );
  t.notRegex(text, /^export /m);
});

test("a code cache takes the place of the one before, and nothing else changes", async (t) => {
  const artifact = artifactOf(await filesOf(2));
  const cached = withCodeCache(artifact, Buffer.from("first"));
  t.is(cached.length, artifact.length + 5);
  t.deepEqual(withCodeCache(cached, Buffer.from("another")), withCodeCache(artifact, Buffer.from("another")));
  t.deepEqual(withCodeCache(cached, new Uint8Array(0)), Buffer.from(artifact));
});
