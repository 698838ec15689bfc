import test, { type ExecutionContext } from "ava";

import { encodeCommand, encodeEvents } from "../../host/domain/envelope-codec.ts";
import type { Event } from "../../host/domain/envelope.ts";
import { functionMemoryBytesMax } from "../../host/limits.ts";
import type { AggregateSchema } from "../../host/schemas/aggregate-schema.ts";
import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { CoreInstance } from "../../sdk-assemblyscript/core-instance.ts";
import { functionFolder } from "./function-folder.ts";

const schema = [
  {
    type: "record",
    name: "List",
    evento: "root",
    entity: "list",
    fields: [
      { name: "count", type: "int" },
      { name: "items", type: { type: "array", items: "string" } },
    ],
  },
  { type: "record", name: "Add", evento: "command", fields: [{ name: "item", type: "string" }] },
  { type: "record", name: "Added", evento: "event", fields: [{ name: "item", type: "string" }] },
].map((node) => ({ namespace: "List", ...node }));

const handler = `
  import { Events } from "evento";
  import { Add, Added, List } from "./generated/list";
  export function add(command: Add, list: List | null): Events {
    return Events.of(new Added(command.item));
  }`;

/** Makes a new list of all items for each event. */
const aggregator = `
  import { Added, List } from "./generated/list";
  export function added(list: List | null, event: Added): List {
    const before = list === null ? new Array<string>() : list.items;
    const items = new Array<string>();
    for (let index = max(0, before.length - 2000); index < before.length; index++) items.push(before[index].concat(""));
    items.push(event.item);
    return new List(list === null ? 1 : list.count + 1, items);
  }`;

async function listOf(t: ExecutionContext): Promise<{ readonly core: CoreInstance; readonly schema: AggregateSchema }> {
  const folder = await functionFolder(t, {
    "evento.json": { name: "list", schema: "List.avsc" },
    "List.avsc": schema,
    "handler.ts": handler,
    "aggregator.ts": aggregator,
  });
  const built = await buildFunction(folder);
  if (built.kind !== "component" || built.manifest.kind !== "aggregate") throw new Error("the list is no aggregate");
  return { core: new CoreInstance(built.core), schema: built.manifest.schema };
}

const envelope = {
  entity: "list:1",
  aggregate: "list:1",
  aggregate_type: "List",
  time: 0,
  cause: { kind: "external", id: "call" } as const,
  root_cause: "call",
  depth: 0,
};

function eventsOf({ events }: AggregateSchema, count: number, from: number): Uint8Array {
  const codec = events.get("Added");
  if (codec === undefined) throw new Error("the schema has lost Added");
  return encodeEvents(
    Array.from({ length: count }, (_, index): Event => ({
      ...envelope,
      id: `event-${from + index}`,
      event_type: "Added",
      sequence: from + index,
      position: 0,
      payload: codec.fromJson({ item: `item number ${from + index} of many` }),
    })),
  );
}

test("a long fold that makes far more garbage than a function may have memory for comes to its end", async (t) => {
  const { core, schema } = await listOf(t);
  // Each event copies up to 2,000 texts of some 90 bytes: 180 KB, 10,000 times.
  const answer = core.aggregate(null, eventsOf(schema, 10_000, 1));
  if (answer.kind !== "ok") return t.fail(answer.reason);
  const state = schema.root.toJson(answer.bytes);
  t.like(state, { count: 10_000 });
  t.like(state, { items: { 2_000: "item number 10000 of many" } });
  t.true(core.memoryBytes < functionMemoryBytesMax / 4, `${core.memoryBytes} bytes`);
});

test("ten thousand calls take no more memory than a hundred", async (t) => {
  const { core, schema } = await listOf(t);
  const payload = schema.commands.get("Add")?.fromJson({ item: "x".repeat(1_000) });
  if (payload === undefined) return t.fail("the schema has lost Add");
  const command = encodeCommand({ ...envelope, id: "call", command_type: "Add", payload });
  let state: Uint8Array | null = null;
  const step = (sequence: number): void => {
    if (core.handle(command, state).kind !== "ok") t.fail("the handler failed");
    const folded = core.aggregate(sequence % 100 === 0 ? null : state, eventsOf(schema, 1, sequence));
    if (folded.kind === "ok") state = folded.bytes;
    else t.fail(folded.reason);
  };
  for (let sequence = 1; sequence <= 100; sequence++) step(sequence);
  const early = core.memoryBytes;
  for (let sequence = 101; sequence <= 10_000; sequence++) step(sequence);
  t.true(core.memoryBytes <= 2 * early, `${early} bytes became ${core.memoryBytes}`);
});

test("large states go through a function again and again", async (t) => {
  const { core, schema } = await listOf(t);
  const items = Array.from({ length: 2_000 }, (_, index) => `${index}`.padEnd(1_000, "."));
  let state: Uint8Array = schema.root.fromJson({ count: 0, items });
  for (let sequence = 1; sequence <= 100; sequence++) {
    const answer = core.aggregate(state, eventsOf(schema, 1, sequence));
    if (answer.kind !== "ok") return t.fail(answer.reason);
    state = answer.bytes;
  }
  t.like(schema.root.toJson(state), { count: 100 });
  t.true(core.memoryBytes <= functionMemoryBytesMax, `${core.memoryBytes} bytes`);
});

test("a fold that fails leaves the function well", async (t) => {
  const { core, schema } = await listOf(t);
  t.deepEqual(core.aggregate(null, eventsOf(schema, 0, 1)), {
    kind: "failed",
    reason: "there is no event to aggregate",
    usage: { duration_us: 0, memory_bytes: 0 },
  });
  const stranger = encodeEvents([
    { ...envelope, id: "event", event_type: "Removed", sequence: 1, position: 0, payload: new Uint8Array(0) },
  ]);
  t.like(core.aggregate(null, stranger), { kind: "failed", reason: "no function aggregates Removed" });
  t.is(core.aggregate(null, eventsOf(schema, 1, 1)).kind, "ok");
});
