// From a command to a consumer: a real host, a real broker, and a reader that shares no code with either.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import test from "ava";
import avro from "avsc";
import { Kafka, logLevel } from "kafkajs";

import { BankHost, type Json } from "../banking/bank-host.ts";
import { runEvento } from "../cli/evento-run.ts";
import { HostHarness } from "../host-harness.ts";
import { startKafka } from "../services/kafka-broker.ts";
import { consumeAll, produce } from "../services/kcat.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { until } from "../until.ts";

const topic = "kf-evento-events";
const withKafka = testsWith(await serviceOrSkip("Kafka", () => startKafka()));

withKafka(
  "every event is on the topic once, through kills of the host and the broker, and lag shows meanwhile",
  async (t, kafka) => {
    t.timeout(240_000);
    const bank = await BankHost.start(t, { environment: { EVENTO_KAFKA_BROKERS: kafka.address } });
    const deposits = (from: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        id: `deposit-${from + index}`,
        entity: `checking:${index % 20}`,
        command_type: "ReceiveDeposit",
        payload: { amount: "1.00" },
      }));
    await bank.import(
      Array.from({ length: 20 }, (_, account) => ({
        id: `open-${account}`,
        entity: `checking:${account}`,
        command_type: "OpenAccount",
        payload: { client: "client:1", overdraft_limit: 0, opened: "1993-01-01" },
      })),
    );
    const importing = bank.import(deposits(0, 500)).catch(() => []);
    await bank.host.restart("SIGKILL");
    await importing;
    await bank.import(deposits(0, 500));

    // Commands go on while the broker is away, and what they lead to is on the topic when it is back.
    await kafka.process.kill();
    const away = await bank.import(deposits(500, 200));
    t.true(away.every((line) => JSON.parse(line).status === "done"));
    const ready = await bank.get("/readyz");
    t.is(ready.status, "ok");
    t.true(ready.kafka.lag >= 200);
    await kafka.process.start();
    const head = await headOf(bank);
    await until(async () => (await bank.get("/readyz")).kafka.lag === 0, 60_000);

    const records = await consumeAll(kafka.address, { topic, count: head });
    t.is(records.length, head);
    t.deepEqual(
      records.map(({ headers }) => Number(headers["ce_position"])).toSorted((one, other) => one - other),
      Array.from({ length: head }, (_, index) => index + 1),
    );
    const sequences = new Map<string, number>();
    for (const { key, headers } of records) {
      const sequence = (sequences.get(key) ?? 0) + 1;
      if (Number(headers["ce_sequence"]) !== sequence)
        t.fail(`${key} is at ${sequence} and has ${headers["ce_sequence"]}`);
      sequences.set(key, sequence);
    }
  },
);

withKafka("a log that gave up its end is published whole under a source of its own", async (t, kafka) => {
  t.timeout(120_000);
  const folder = await mkdtemp(join(tmpdir(), "evento-copy-"));
  t.teardown(() => rm(folder, { recursive: true }));
  const bank = await BankHost.start(t, { environment: { EVENTO_KAFKA_BROKERS: kafka.address } });
  const born = { born: "1970-12-13", district: 18 };
  const register = (id: number) =>
    bank.post({ id: `client-${id}`, entity: `client:${id}`, command_type: "RegisterClient", payload: born });
  const published = () => until(async () => (await bank.get("/readyz")).kafka.lag === 0, 60_000);
  const sourceOf = async (): Promise<string> => `urn:uuid:${(await bank.get("/log")).id}`;
  await register(1);
  t.is((await runEvento(["backup", `file:${folder}`, "--host", bank.host.url])).code, 0);
  await register(2);
  await published();
  const lost = { source: await sourceOf(), head: await headOf(bank) };

  await bank.host.kill("SIGKILL");
  const data = join(bank.host.directory, "data");
  await rm(data, { recursive: true });
  const restored = await runEvento(["restore", `file:${folder}`, "--data", data, "--accept-loss"]);
  t.is(restored.code, 0, restored.stderr);
  await bank.host.start();
  await register(3);
  await published();
  const source = await sourceOf();
  const head = await headOf(bank);
  t.not(source, lost.source);
  for (const [of, count] of [
    [lost.source, lost.head],
    [source, head],
  ] as const) {
    const records = await consumeAll(kafka.address, { topic, count, source: of });
    const positions = records.map(({ headers }) => Number(headers["ce_position"]));
    t.deepEqual(
      positions.toSorted((one, other) => one - other),
      Array.from({ length: count }, (_, index) => index + 1),
    );
  }
  const clients = (await consumeAll(kafka.address, { topic, count: head, source })).map(({ key }) => key);
  t.deepEqual([clients.includes("client:2"), clients.includes("client:3")], [false, true]);
});

withKafka("a consumer decodes values with the schema that /registry gives for their number", async (t, kafka) => {
  t.timeout(120_000);
  const bank = await BankHost.start(t, { environment: { EVENTO_KAFKA_BROKERS: kafka.address } });
  const { events } = await bank.post({
    entity: "client:7",
    command_type: "RegisterClient",
    payload: { born: "1970-12-13", district: 18 },
  });
  const value = await valueOf(kafka.address, events[0].id);
  t.is(value[0], 0);
  const { schema } = await bank.get(`/registry/schemas/ids/${value.readInt32BE(1)}`);
  // Days since 1970, as the schema's date is in Avro.
  t.deepEqual(
    { ...avro.Type.forSchema(JSON.parse(schema)).fromBuffer(value.subarray(5)) },
    { born: 346, district: 18 },
  );
  t.is((await bank.get("/registry/subjects/Client.ClientRegistered/versions/latest")).schema, schema);
});

withKafka("a host takes commands from Kafka when it is told to, and they go on after kill -9", async (t, kafka) => {
  t.timeout(120_000);
  const bank = await BankHost.start(t, {
    environment: { EVENTO_KAFKA_BROKERS: kafka.address, EVENTO_KAFKA_INTAKE: "true" },
  });
  await intakeOf(bank, ({ state }) => state === "following");
  const send = (lines: readonly string[]): Promise<void> =>
    produce(kafka.address, { topic: "kf-evento-commands", key: "client:8", values: lines });
  const register = { id: "register-8", entity: "client:8", command_type: "RegisterClient" };
  await send([JSON.stringify({ ...register, payload: { born: "1970-12-13", district: 18 } }), "{ not JSON"]);
  const { lag } = await intakeOf(bank, ({ taken, refused }) => taken === 1 && refused === 1);
  t.is(lag, 0);
  await bank.quiet();
  t.is((await bank.get("/commands/register-8")).status, "done");
  t.regex(await (await fetch(`${bank.host.url}/metrics`)).text(), /^evento_kafka_intake_taken_total 1$/m);

  await bank.host.kill("SIGKILL");
  await send([JSON.stringify({ ...register, id: "register-9", payload: { born: "1970-12-13", district: 18 } })]);
  await bank.host.start();
  await intakeOf(bank, ({ taken }) => taken === 1);
  await bank.quiet();
  t.is((await bank.get("/commands/register-9")).status, "done");
});

test("commands from Kafka without brokers are an error of the settings", async (t) => {
  const error = await t.throwsAsync(HostHarness.start(t, { environment: { EVENTO_KAFKA_INTAKE: "true" } }));
  t.regex(error.message, /CONFIG_INVALID.*EVENTO_KAFKA_BROKERS/s);
});

/** Waits until the intake of a host is as told. */
async function intakeOf(bank: BankHost, wanted: (intake: Json) => boolean): Promise<Json> {
  let intake: Json;
  await until(async () => {
    ({ kafka_intake: intake } = await bank.get("/readyz"));
    return wanted(intake);
  }, 60_000);
  return intake;
}

/** The value of the record with an event's id. */
async function valueOf(broker: string, eventId: string): Promise<Buffer> {
  const client = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
  const consumer = client.consumer({ groupId: `test-${eventId}`, maxWaitTimeInMs: 200 });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const { promise, resolve } = Promise.withResolvers<Buffer>();
  await consumer.run({
    eachMessage: async ({ message }) => {
      if (message.headers?.["ce_id"]?.toString() === eventId) resolve(message.value ?? Buffer.alloc(0));
    },
  });
  const value = await promise;
  await consumer.disconnect();
  return value;
}

async function headOf(bank: BankHost): Promise<number> {
  const text = await (await fetch(`${bank.host.url}/metrics`)).text();
  return Number(/^evento_journal_position (\d+)/m.exec(text)?.[1]);
}
