// Readers of bytes that are not to be trusted, called where they are: each input is taken, or refused with a code, and quickly.
import { isDeepStrictEqual } from "node:util";

import { EventoError } from "../../../host/errors.ts";
import { withCaps } from "../../../host/functions/module-caps.ts";
import { commandPostOf, eventPostOf } from "../../../host/rest/drafts.ts";
import { parseJson } from "../../../host/rest/request-body.ts";
import { parseAggregateSchema } from "../../../host/schemas/aggregate-schema.ts";
import type { RecordCodec } from "../../../host/schemas/record-codec.ts";
import { coreOf } from "../../fixtures/functions/component-fixture.ts";
import { Mutation } from "./mutation.ts";

export type Target = {
  readonly name: string;
  readonly seeds: readonly Uint8Array[];
  /** Reads an input. @throws EventoError when it is refused; anything else is a finding. */
  readonly read: (bytes: Uint8Array<ArrayBuffer>) => void;
};

/** Longest time for one input, a busy machine and a collection of garbage included. */
const inputMsMax = 1_000;
const inputsBetweenLooks = 1_000;

/** Reads changed inputs for a time. @returns how many. @throws with the input when there is a finding. */
export function fuzzInProcess(target: Target, { seed, ms }: { seed: number; ms: number }): number {
  const mutation = new Mutation({ seed });
  const end = performance.now() + ms;
  let count = 0;
  while (performance.now() < end)
    for (let left = inputsBetweenLooks; left > 0; left--, count++) {
      const bytes = mutation.of(target.seeds);
      const began = performance.now();
      try {
        target.read(bytes);
      } catch (error) {
        if (!(error instanceof EventoError)) throw finding(target, bytes, error);
      }
      if (performance.now() - began > inputMsMax) throw finding(target, bytes, new Error("it took too long"));
    }
  return count;
}

function finding({ name }: Target, bytes: Uint8Array, cause: unknown): Error {
  return new Error(`${name} with ${Buffer.from(bytes).toString("base64")}: ${String(cause)}`, { cause });
}

const field = (name: string, type: unknown): unknown => ({ name, type });
const schema = [
  {
    type: "record",
    name: "Root",
    namespace: "Fuzz",
    evento: "root",
    entity: "fuzz",
    fields: [field("a", "int")],
  },
  { type: "enum", name: "Colour", namespace: "Fuzz", symbols: ["RED", "GREEN"] },
  { type: "record", name: "Node", namespace: "Fuzz", fields: [field("next", ["null", "Fuzz.Node"])] },
  {
    type: "record",
    name: "Happened",
    namespace: "Fuzz",
    evento: "event",
    fields: [
      field("b", "boolean"),
      field("i", "int"),
      field("l", "long"),
      field("f", "float"),
      field("d", "double"),
      field("s", "string"),
      field("y", "bytes"),
      field("c", "Fuzz.Colour"),
      field("x", { type: "fixed", name: "Four", namespace: "Fuzz", size: 4 }),
      field("list", { type: "array", items: ["null", "string"] }),
      field("nulls", { type: "array", items: "null" }),
      field("map", { type: "map", values: "long" }),
      field("node", "Fuzz.Node"),
      field("money", { type: "bytes", logicalType: "decimal", precision: 10, scale: 2 }),
      field("at", { type: "long", logicalType: "timestamp-millis" }),
      field("on", { type: "int", logicalType: "date" }),
      field("u", { type: "string", logicalType: "uuid" }),
    ],
  },
];
const sample = {
  b: true,
  i: -1,
  l: "9007199254740993",
  f: 1.5,
  d: -0.1,
  s: "Grüße",
  y: "AAEC",
  c: "GREEN",
  x: "AQIDBA==",
  list: ["a", null, "b"],
  nulls: [null, null],
  map: { one: 1, two: 2 },
  node: { next: { next: null } },
  money: "100.00",
  at: "2026-01-01T00:00:00Z",
  on: "2026-01-01",
  u: "123e4567-e89b-12d3-a456-426614174000",
};

function codecOf(): RecordCodec {
  const codec = parseAggregateSchema(schema).events.get("Happened");
  if (codec === undefined) throw new Error("expected the event of the schema");
  return codec;
}

/** What is taken reads as a value, and that value written and read again is the same. */
function readPayload(codec: RecordCodec, bytes: Uint8Array): void {
  codec.check(bytes);
  const value = codec.toJson(bytes);
  if (!isDeepStrictEqual(codec.toJson(codec.fromJson(value)), value))
    throw new Error(`found another value after writing ${JSON.stringify(value)}`);
}

const utf8 = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

const caps = { memoryBytesMax: 2 << 20, tableEntriesMax: 100 };
const modules = [
  '(module (memory (export "m") 1 20) (table 10 funcref) (func (export "f") (result i32) (i32.const 7)))',
  '(module (table 1 externref) (memory 1) (global i32 (i32.const 1)) (data (i32.const 0) "abc"))',
];

function isModule(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    return new WebAssembly.Module(bytes) instanceof WebAssembly.Module;
  } catch {
    return false;
  }
}

/** What is taken has bounds: those do not change when it is bounded again, and a module that was one is one still. */
function boundModule(bytes: Uint8Array<ArrayBuffer>): void {
  const { module } = withCaps(bytes, caps);
  if (!Buffer.from(withCaps(module, caps).module).equals(module)) throw new Error("found other bounds the second time");
  if (isModule(bytes) && !isModule(Buffer.from(module)))
    throw new Error("found a module that was broken by its bounds");
}

export async function inProcessTargets(): Promise<readonly Target[]> {
  const codec = codecOf();
  const drafts = [
    { entity: "box:1", command_type: "Add", payload: { n: 1 }, id: "a", expected_sequence: 3 },
    { entity: "box:1", event_type: "Added", payload: sample },
  ];
  return [
    {
      name: "payloads in Avro",
      seeds: [codec.fromJson(sample), codec.fromJson({ ...sample, list: [], nulls: [], map: {}, s: "", y: "" })],
      read: (bytes) => readPayload(codec, bytes),
    },
    {
      name: "payloads in JSON",
      seeds: [utf8(sample)],
      read: (bytes) => {
        const avro = codec.fromJson(parseJson(Buffer.from(bytes)));
        codec.check(avro);
      },
    },
    {
      name: "drafts",
      seeds: drafts.map(utf8),
      read: (bytes) => {
        const value = parseJson(Buffer.from(bytes));
        if (typeof value === "object" && value !== null && "event_type" in value) eventPostOf(value);
        else commandPostOf(value);
      },
    },
    { name: "modules", seeds: await Promise.all(modules.map(coreOf)), read: boundModule },
    {
      name: "schemas",
      seeds: [utf8(schema)],
      read: (bytes) => {
        parseAggregateSchema(parseJson(Buffer.from(bytes)));
      },
    },
  ];
}
