import test from "ava";

import { EventoError } from "../../host/errors.ts";
import { bodyBytesMax } from "../../host/limits.ts";
import type { IncomingRecord } from "../../host/publisher/kafka/incoming-record.ts";
import { RecordIntake, type Door } from "../../host/publisher/kafka/record-intake.ts";
import { Wake } from "../../host/publisher/wake.ts";
import { HostRegistry } from "../../host/registry/host-registry.ts";
import { SchemaCatalog } from "../../host/registry/schema-catalog.ts";
import { EngineUnderTest } from "../engine/engine-under-test.ts";

type Letter = { readonly record: IncomingRecord; readonly code: string; readonly message: string };

let offsets = 0n;

function recordOf(value: unknown, headers: { readonly [name: string]: string } = {}): IncomingRecord {
  offsets += 1n;
  return {
    topic: "kf-evento-commands",
    partition: 3,
    offset: offsets,
    timestamp: "1800000000000",
    key: null,
    value: value instanceof Uint8Array ? value : Buffer.from(JSON.stringify(value)),
    headers: new Map(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  };
}

async function makeBench(door?: (engine: Door) => Door) {
  const under = await EngineUnderTest.start();
  const registry = new HostRegistry({ catalog: new SchemaCatalog({ journal: under.journal }), url: () => "" });
  const wake = new Wake({ clock: under.clock });
  const waits: string[] = [];
  const intake = new RecordIntake({
    door: door?.(under.engine) ?? under.engine,
    schemas: registry,
    wake,
    onWait: ({ code }) => waits.push(code),
  });
  const letters: Letter[] = [];
  const keeper = {
    async keep(record: IncomingRecord, { code, message }: EventoError) {
      letters.push({ record, code, message });
    },
  };
  const take = async (record: IncomingRecord): Promise<boolean> => {
    const handed = await intake.handOver(record, keeper, async () => !wake.ended);
    await handed?.settled;
    return handed !== undefined;
  };
  return { under, registry, wake, waits, intake, letters, take };
}

const add = { entity: "box:1", command_type: "Add", payload: { n: 2 } };

/** A payload as a serialiser of a registry's clients frames it. */
async function framed({ under, registry }: Awaited<ReturnType<typeof makeBench>>, record: string, payload: unknown) {
  const schema = under.engine.deployments.latestSchema("Box");
  const codec = schema?.commands.get(record) ?? schema?.events.get(record);
  const { id } = await registry.schemaOf({ aggregate_type: "Box", schema: schema?.fingerprint ?? "", record });
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, codec?.fromJson(payload) ?? new Uint8Array()]);
}

test("a draft in JSON is a command, done once however often its record is read", async (t) => {
  const { under, take, letters, intake } = await makeBench();
  const record = recordOf(add);
  await take(record);
  await take(record);
  await under.clock.advance(1_000);
  t.like(await under.state("box:1"), { count: 2 });
  t.deepEqual(letters, []);
  t.is(intake.counts.taken, 2);
});

test("the id is the draft's, else that of the header, else that of the record's place", async (t) => {
  const { under, take } = await makeBench();
  await take(recordOf({ ...add, id: "from-draft" }, { ce_id: "from-header" }));
  await take(recordOf(add, { ce_id: "from-header" }));
  const third = recordOf(add);
  await take(third);
  await under.clock.advance(1_000);
  const place = `kf-evento-commands:3:${third.offset}:1800000000000`;
  for (const id of ["from-draft", "from-header", place]) t.is((await under.engine.queries.command(id)).status, "done");
});

test("a draft with an event type is an event from outside", async (t) => {
  const { under, take } = await makeBench();
  await take(recordOf({ id: "event-1", entity: "box:1", event_type: "Added", payload: { n: 5 } }));
  t.like(await under.state("box:1"), { count: 5 });
});

test("commands and events in Avro are told apart by their type", async (t) => {
  const bench = await makeBench();
  const command = { ce_type: "Box.Add", ce_subject: "box:1", ce_id: "command-1" };
  await bench.take(recordOf(await framed(bench, "Add", { n: 3 }), command));
  const event = { ce_type: "Box.Added", ce_subject: "box:1", ce_id: "event-1" };
  await bench.take(recordOf(await framed(bench, "Added", { n: 4 }), event));
  await bench.under.clock.advance(1_000);
  t.like(await bench.under.state("box:1"), { count: 7 });
  t.deepEqual(bench.letters, []);
});

test("what an unexpected sequence refuses is kept with the reason", async (t) => {
  const { take, letters, under } = await makeBench();
  const taking = take(recordOf({ ...add, expected_sequence: 7 }));
  await under.clock.advance(1_000);
  await taking;
  t.deepEqual(
    letters.map(({ code }) => code),
    ["SEQUENCE_MISMATCH"],
  );
});

const bad: readonly (readonly [string, string, unknown, { readonly [name: string]: string }?])[] = [
  ["nothing", "RECORD_INVALID", new Uint8Array()],
  ["text", "RECORD_INVALID", Buffer.from("hello")],
  ["bytes that are no UTF-8", "RECORD_INVALID", Buffer.from([0x7b, 0xff, 0xfe])],
  ["too many bytes", "RECORD_INVALID", Buffer.alloc(bodyBytesMax + 1, "x")],
  ["a list", "BODY_INVALID", []],
  ["an unknown field", "BODY_INVALID", { ...add, extra: 1 }],
  ["an unknown command", "COMMAND_TYPE_UNKNOWN", { ...add, command_type: "Explode" }],
  ["an unknown entity type", "ENTITY_TYPE_UNKNOWN", { ...add, entity: "planet:1" }],
  ["a payload off its schema", "PAYLOAD_INVALID", { ...add, payload: { n: "many" } }],
  ["an id that nobody may choose", "ID_INVALID", { ...add, id: "!host-1" }],
  ["Avro of no type", "RECORD_INVALID", Buffer.from([0, 0, 0, 16, 1, 2])],
  [
    "Avro that ends within its number",
    "RECORD_INVALID",
    Buffer.from([0, 0]),
    { ce_type: "Box.Add", ce_subject: "box:1" },
  ],
  [
    "Avro of an unknown number",
    "RECORD_INVALID",
    Buffer.from([0, 9, 9, 9, 9, 2]),
    { ce_type: "Box.Add", ce_subject: "box:1" },
  ],
];
for (const [what, code, value, headers] of bad)
  test(`a record with ${what} is kept with the reason and holds nothing up`, async (t) => {
    const { under, take, letters, intake } = await makeBench();
    const record = recordOf(value, headers);
    t.true(await take(record));
    await take(recordOf(add));
    await under.clock.advance(1_000);
    t.deepEqual(
      letters.map((letter) => [letter.record, letter.code]),
      [[record, code]],
    );
    t.deepEqual(intake.counts, { taken: 1, refused: 1 });
    t.like(await under.state("box:1"), { count: 2 });
  });

test("Avro of another record than its type says is refused", async (t) => {
  const bench = await makeBench();
  await bench.take(recordOf(await framed(bench, "Add", { n: 3 }), { ce_type: "Box.PointAt", ce_subject: "box:1" }));
  await bench.take(
    recordOf(Buffer.concat([await framed(bench, "Add", { n: 3 }), Buffer.from([7])]), {
      ce_type: "Box.Add",
      ce_subject: "box:1",
    }),
  );
  t.deepEqual(
    bench.letters.map(({ code }) => code),
    ["RECORD_INVALID", "AVRO_INVALID"],
  );
});

test("a record that the engine has no room for waits, and those behind it with it", async (t) => {
  let full = 3;
  const bench = await makeBench((engine) => ({
    async post(post) {
      full -= 1;
      if (full >= 0) throw new EventoError("MAILBOX_FULL", "found no room", { retryable: true });
      return engine.post(post);
    },
    postEvent: (post) => engine.postEvent(post),
  }));
  const taking = bench.take(recordOf(add));
  await bench.under.clock.advance(5_000);
  await taking;
  t.deepEqual(bench.waits, ["MAILBOX_FULL", "MAILBOX_FULL", "MAILBOX_FULL"]);
  t.deepEqual(bench.letters, []);
  await bench.under.clock.advance(1_000);
  t.like(await bench.under.state("box:1"), { count: 2 });
});

test("a record that waits is left when the host ends", async (t) => {
  const bench = await makeBench(() => ({
    async post() {
      throw new EventoError("SHUTTING_DOWN", "found the host ending", { retryable: true });
    },
    async postEvent() {
      throw new EventoError("SHUTTING_DOWN", "found the host ending", { retryable: true });
    },
  }));
  const taking = bench.take(recordOf(add));
  await bench.under.clock.advance(1_000);
  bench.wake.end();
  t.false(await taking);
  t.deepEqual(bench.letters, []);
});

test("a defect is no reason to give a record up", async (t) => {
  const bench = await makeBench(() => ({
    async post() {
      throw new Error("invariant broken");
    },
    async postEvent() {
      throw new Error("invariant broken");
    },
  }));
  await t.throwsAsync(bench.take(recordOf(add)), { message: "invariant broken" });
  t.deepEqual(bench.letters, []);
});
