import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import test, { type ExecutionContext } from "ava";

import type { EventoError } from "../../host/errors.ts";
import { checksWaitingMax, componentBytesMax } from "../../host/limits.ts";
import { eventsOf, dispatchedOf } from "../fixtures/functions/envelopes.ts";
import { contractWit, dummyComponent, puppetComponent } from "../fixtures/functions/component-fixture.ts";
import { type Opened, openFunctions } from "../fixtures/functions/process-fixture.ts";
import { dispatcherComponent, dispatcherCore } from "../fixtures/functions/text-component.ts";

const opened = openFunctions({ deadlineMs: 300, loadMs: 1_000 });
test.after.always("it closes", async () => {
  await (await opened).close();
});

async function refused(t: ExecutionContext, component: Uint8Array, message: RegExp): Promise<void> {
  const { functions, directory } = await opened;
  const error = await t.throwsAsync(functions.check(component), { code: "FUNCTION_REFUSED" });
  t.regex(error?.message ?? "", message);
  const kept = await readdir(directory);
  t.false(kept.some((name) => name.startsWith("unfinished")));
}

const loop = "(loop $again (br $again))";

test.serial("a dispatcher of the contract's world passes, and what describe answers is parsed", async (t) => {
  const { functions } = await opened;
  const { kinds, description } = await functions.check(await dispatcherComponent());
  t.deepEqual(kinds, ["dispatcher"]);
  t.deepEqual(description, { events: ["*"], schemas: [] });
});

test.serial("a component of each of the contract's worlds has the kind of its world", async (t) => {
  const { functions } = await opened;
  const { kinds } = await functions.check(await puppetComponent());
  t.deepEqual(kinds, ["handler", "aggregator", "dispatcher"]);
});

test.serial("bytes that are no WebAssembly are refused", async (t) => {
  await refused(t, Buffer.from("#!/bin/sh"), /found no WebAssembly/);
  await refused(t, new Uint8Array(0), /found no WebAssembly/);
});

test.serial("a core module is refused with a word on how to wrap it", async (t) => {
  const { functions } = await opened;
  const error = await t.throwsAsync(functions.check(await dispatcherCore()));
  t.like(error, { code: "FUNCTION_REFUSED", message: "found a core module, expected a component" });
  t.true(error !== undefined && "hint" in error && String(error.hint).includes("jco new"));
});

test.serial("WebAssembly text is refused", async (t) => {
  await refused(t, Buffer.from("(component)"), /found no WebAssembly/);
});

test.serial("a component without exports is refused", async (t) => {
  await refused(t, Buffer.from([0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]), /found no export describe/);
});

test.serial("a component that is cut is refused", async (t) => {
  const component = await dispatcherComponent();
  await refused(t, component.subarray(0, component.length - 1), /found no valid component/);
  await refused(t, component.subarray(0, component.length / 2), /found no /);
});

test.serial("a component with a byte turned is refused or passes, but never breaks the gate", async (t) => {
  const { functions } = await opened;
  const component = Buffer.from(await dispatcherComponent());
  for (const at of [20, 60, 100, 200]) {
    const turned = Buffer.from(component);
    turned.writeUInt8((component[at] ?? 0) ^ 0x55, at);
    await functions.check(turned).catch((error: unknown) => t.like(error, { code: "FUNCTION_REFUSED" }));
  }
  await functions.check(component);
});

test.serial("a component larger than allowed is refused before anything reads it", async (t) => {
  const component = await dispatcherComponent();
  const padded = Buffer.alloc(componentBytesMax + 1);
  padded.set(component);
  await refused(t, padded, new RegExp(`found ${componentBytesMax + 1} bytes, at most ${componentBytesMax} allowed`));
});

const foreign = (name: string, world: string): Promise<Uint8Array> =>
  dummyComponent(`${contractWit}\n${name}\n${world}`, "forged");

test.serial("an import of another interface is refused by its name", async (t) => {
  const component = await foreign(
    "package wasi:clocks@0.2.0 { interface wall-clock { now: func() -> u64; } }",
    "world forged { include dispatcher; import wasi:clocks/wall-clock@0.2.0; }",
  );
  await refused(
    t,
    component,
    /found the imports wasi:clocks\/wall-clock@0\.2\.0, expected none but evento:functions\/host@1\.0\.0/,
  );
});

test.serial("an import named like one of Node's modules is refused by its name", async (t) => {
  const component = await foreign(
    "package node:fs { interface promises { unlink: func(path: string); } }",
    "world forged { include dispatcher; import node:fs/promises; }",
  );
  await refused(t, component, /found the imports node:fs\/promises/);
});

test.serial("an import of a bare function is refused by its name", async (t) => {
  const component = await foreign("", "world forged { include dispatcher; import fs: func(); }");
  await refused(t, component, /found the imports fs/);
});

test.serial("another version of the host interface is refused", async (t) => {
  const component = await dummyComponent(contractWit.replaceAll("@1.0.0", "@2.0.0"), "dispatcher");
  await refused(t, component, /evento:functions\/host@2\.0\.0/);
});

test.serial("an outcome with other cases is refused", async (t) => {
  const component = await dummyComponent(contractWit.replace("failed(string)", "refused(string)"), "dispatcher");
  await refused(t, component, /found another types interface than that of evento\.wit/);
});

test.serial("levels in another order are refused", async (t) => {
  const wit = contractWit.replace("trace, debug, info, warn, error", "error, warn, info, debug, trace");
  await refused(t, await dummyComponent(wit, "dispatcher"), /found another host interface than that of evento\.wit/);
});

test.serial("a host interface with more than log is refused", async (t) => {
  const wit = contractWit.replace("interface host {", "interface host {\n  read: func(path: string) -> string;");
  await refused(t, await dummyComponent(wit, "dispatcher"), /found another host interface|found the imports/);
});

test.serial("an export with another type is refused, with both types", async (t) => {
  const wit = contractWit.replace(
    "export dispatch: func(event: list<u8>) -> outcome",
    "export dispatch: func(event: string) -> outcome",
  );
  await refused(
    t,
    await dummyComponent(wit, "dispatcher"),
    /found "export dispatch: func\(event: string\) -> outcome;", expected "export dispatch: func\(event: list<u8>\) -> outcome;"/,
  );
});

test.serial("types of its own are refused, though they look alike", async (t) => {
  const component = await foreign(
    "",
    `world forged {
      variant outcome { ok(list<u8>), failed(string) }
      export describe: func() -> string;
      export dispatch: func(event: list<u8>) -> outcome;
    }`,
  );
  await refused(t, component, /found the type "variant outcome \{" of its own/);
});

test.serial("a component without describe is refused", async (t) => {
  const component = await foreign(
    "",
    "world forged { use types.{outcome}; export dispatch: func(event: list<u8>) -> outcome; }",
  );
  await refused(t, component, /found no export describe/);
});

test.serial("a component that only describes itself is refused", async (t) => {
  const component = await foreign("", "world forged { export describe: func() -> string; export run: func(); }");
  await refused(t, component, /found the exports describe, run, expected at least one of handle, aggregate, dispatch/);
});

test.serial("a describe that loops is refused at the deadline", async (t) => {
  await refused(
    t,
    await dispatcherComponent({ describe: loop }),
    /found describe to end its process: no answer within 300 ms/,
  );
});

test.serial("a describe that traps is refused", async (t) => {
  await refused(t, await dispatcherComponent({ describe: "(unreachable)" }), /found a describe that fails: trapped/);
});

test.serial("a description that is not JSON is refused", async (t) => {
  await refused(t, await dispatcherComponent({ description: "hello" }), /found "hello" as description, expected JSON/);
});

test.serial("a description larger than allowed is refused", async (t) => {
  const describe = `(i32.store (i32.const 16) (i32.const 0)) (i32.store (i32.const 20) (i32.const 1200000)) (return (i32.const 16))`;
  await refused(t, await dispatcherComponent({ describe, memory: "20" }), /found 120000\d bytes of description/);
});

test.serial("an export that hangs is refused at the deadline", async (t) => {
  await refused(
    t,
    await dispatcherComponent({ dispatch: loop }),
    /found dispatch to end its process: no answer within 300 ms/,
  );
});

test.serial("an export that traps on nothing passes", async (t) => {
  const { functions } = await opened;
  t.deepEqual((await functions.check(await dispatcherComponent({ dispatch: "(unreachable)" }))).kinds, ["dispatcher"]);
});

test.serial("a start function that loops is refused at the deadline", async (t) => {
  const fields = `(func $start ${loop}) (start $start)`;
  await refused(
    t,
    await dispatcherComponent({ fields }),
    /found instantiation to end its process: no answer within 1000 ms/,
  );
});

test.serial("a memory that is too large from the start is refused", async (t) => {
  await refused(
    t,
    await dispatcherComponent({ memory: "1025" }),
    /found a memory of 1025 pages of 64 KiB at the start, at most 1024 allowed/,
  );
});

test.serial("a table that is too large from the start is refused", async (t) => {
  await refused(
    t,
    await dispatcherComponent({ fields: "(table 100001 funcref)" }),
    /found a table of 100001 entries at the start/,
  );
});

async function dispatchOf({ functions }: Opened, component: Uint8Array): Promise<string> {
  const { digest } = await functions.check(component);
  const answer = await functions.dispatch({ name: `d${digest.slice(0, 8)}`, digest }, { event: dispatchedOf("a") });
  return answer.kind === "ok" ? `ok, ${answer.usage.memory_bytes} bytes of memory` : answer.reason;
}

test.serial("a memory that grows stops at the bound", async (t) => {
  const dispatch = "(loop $more (br_if $more (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))";
  t.is(await dispatchOf(await opened, await dispatcherComponent({ dispatch })), `ok, ${64 << 20} bytes of memory`);
});

test.serial("a table that grows stops at the bound", async (t) => {
  const fields = "(table $t 1 funcref)";
  const dispatch = `(loop $more (br_if $more (i32.ne (table.grow $t (ref.null func) (i32.const 1000)) (i32.const -1))))
    (if (i32.gt_u (table.size $t) (i32.const 100000)) (then (unreachable)))`;
  t.is(await dispatchOf(await opened, await dispatcherComponent({ fields, dispatch })), "ok, 65536 bytes of memory");
});

test.serial("what is known needs no new check: its files are left as they are", async (t) => {
  const { functions, directory } = await opened;
  const component = await dispatcherComponent();
  const { digest } = await functions.check(component);
  const folder = join(directory, digest);
  const times = async (): Promise<readonly number[]> =>
    Promise.all((await readdir(folder)).map(async (name) => (await stat(join(folder, name))).mtimeMs));
  const before = await times();
  await functions.check(component);
  t.deepEqual(await times(), before);
});

test.serial("the same component uploaded twice at once is checked once", async (t) => {
  const { functions } = await opened;
  const component = await dispatcherComponent({ description: '{"twice":true}' });
  const [one, other] = await Promise.all([functions.check(component), functions.check(component)]);
  t.deepEqual(one, other);
});

test.serial("an artifact that was damaged is made again", async (t) => {
  const { functions, directory } = await opened;
  const { digest } = await functions.check(await puppetComponent());
  const folder = join(directory, digest);
  const file = join(folder, (await readdir(folder)).find((name) => name.endsWith(".bin")) ?? "");
  const bytes = await readFile(file);
  await writeFile(file, bytes.fill(7, 1_000, 1_010));
  const answer = await functions.aggregate({ name: "damaged", digest }, { state: null, events: eventsOf("a") });
  t.is(answer.kind, "ok");
  t.notDeepEqual(await readFile(file), bytes);
});

test.serial("a component that was damaged is not handed out", async (t) => {
  const { functions, directory } = await opened;
  const { digest } = await functions.check(await dispatcherComponent({ description: '{"damaged":true}' }));
  await writeFile(join(directory, digest, "component.wasm"), "something else");
  await t.throwsAsync(functions.component(digest), { code: "COMPONENT_DAMAGED" });
});

test.serial("more components at once than may wait are turned away, and closing ends those that wait", async (t) => {
  const { functions, close } = await openFunctions();
  const header = [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0];
  const uploads = Array.from({ length: checksWaitingMax + 1 }, (_, index) =>
    functions.check(Uint8Array.from([...header, index])).then(
      () => "passed",
      (error: EventoError) => error.code,
    ),
  );
  const first = await Promise.race(uploads);
  const began = performance.now();
  await close();
  t.true(performance.now() - began < 5_000);
  const codes = await Promise.all(uploads);
  t.true(first === "GATE_BUSY" || first === "FUNCTION_REFUSED");
  t.is(codes.filter((code) => code === "GATE_BUSY").length, 1);
  t.true(codes.filter((code) => code === "FUNCTION_UNAVAILABLE").length >= checksWaitingMax - 2);
});
