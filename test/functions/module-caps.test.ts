import test from "ava";

import { withCaps } from "../../host/functions/module-caps.ts";
import { coreOf } from "../fixtures/functions/component-fixture.ts";

const caps = { memoryBytesMax: 2 << 20, tableEntriesMax: 100 };
const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

type Growable = { readonly length: number; readonly buffer: ArrayBuffer; grow(count: number): number };
type Exports = { readonly memory?: Growable; readonly table?: Growable };

// Node's types leave out what makes an instance.
const { Instance } = WebAssembly as unknown as {
  Instance: new (module: WebAssembly.Module) => { readonly exports: Exports };
};

async function instanceOf(text: string): Promise<Exports> {
  const { module } = withCaps(await coreOf(text), caps);
  return new Instance(new WebAssembly.Module(Buffer.from(module))).exports;
}

test("a memory without a bound gets one", async (t) => {
  const { memory } = await instanceOf('(module (memory (export "memory") 1))');
  memory?.grow(31);
  t.is(memory?.buffer.byteLength, 2 << 20);
  t.throws(() => memory?.grow(1), { instanceOf: RangeError });
});

test("a bound above the allowed one is lowered, one below is kept", async (t) => {
  const { memory: high } = await instanceOf('(module (memory (export "memory") 1 65536))');
  t.throws(() => high?.grow(32), { instanceOf: RangeError });
  const { memory: low } = await instanceOf('(module (memory (export "memory") 1 3))');
  low?.grow(2);
  t.throws(() => low?.grow(1), { instanceOf: RangeError });
});

test("tables of both kinds get a bound", async (t) => {
  for (const type of ["funcref", "externref"]) {
    const { table } = await instanceOf(`(module (table (export "table") 1 ${type}))`);
    table?.grow(99);
    t.is(table?.length, 100);
    t.throws(() => table?.grow(1), { instanceOf: RangeError });
  }
});

test("all else in a module stays as it is", async (t) => {
  const core = await coreOf('(module (func (export "f") (result i32) (i32.const 7)) (global i32 (i32.const 1)))');
  t.deepEqual(Buffer.from(withCaps(core, caps).module), Buffer.from(core));
});

test("memories are counted", async (t) => {
  t.is(withCaps(await coreOf("(module (memory 1) (memory 1))"), caps).memoryCount, 2);
  t.is(withCaps(await coreOf("(module)"), caps).memoryCount, 0);
});

test("a memory or table that begins above the bound is refused", async (t) => {
  const memory = await coreOf("(module (memory 33))");
  t.throws(() => withCaps(memory, caps), { code: "FUNCTION_REFUSED", message: /33 pages .* at most 32/ });
  const table = await coreOf("(module (table 101 funcref))");
  t.throws(() => withCaps(table, caps), { code: "FUNCTION_REFUSED", message: /101 entries .* at most 100/ });
});

test("shared and 64-bit memories are refused", (t) => {
  for (const flags of [2, 3, 4, 5])
    t.throws(() => withCaps(Uint8Array.from([...header, 5, 4, 1, flags, 1, 1]), caps), { message: /shared or 64-bit/ });
});

test("tables of other types and with initial values are refused", (t) => {
  t.throws(() => withCaps(Uint8Array.from([...header, 4, 4, 1, 0x40, 0, 0x70]), caps), { message: /type 0x40/ });
});

test("a module that is cut is refused", async (t) => {
  const core = await coreOf('(module (memory 1) (table 1 funcref) (func (export "f")))');
  for (let length = header.length + 1; length < core.length; length++) {
    const cut = core.subarray(0, length);
    try {
      // A cut between two sections leaves a module that is whole, though it may not be valid.
      t.deepEqual(Buffer.from(withCaps(cut, caps).module).subarray(0, 8), Buffer.from(header));
    } catch (error) {
      t.like(error, { code: "FUNCTION_REFUSED" });
    }
  }
});
