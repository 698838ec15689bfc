// A real bank with Kafka and S3 on, through kills of host and broker. A foreign client with a foreign Avro library decides, told
// nothing but the broker, the registry, and files out of the bucket.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import test, { type ExecutionContext } from "ava";

import { BankHost, type Json } from "../banking/bank-host.ts";
import { amountOf, hasBerka, readBerka, type BankCommand } from "../banking/berka.ts";
import { startKafka } from "../services/kafka-broker.ts";
import { startS3, type S3Server } from "../services/s3-server.ts";
import { pythonPackage, run } from "../services/service-cache.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { until } from "../until.ts";

const chunkCommands = 5_000;
/** Chunks in which the host is killed, and after which the broker is. */
const hostKills: ReadonlySet<number> = new Set([0, 2, 4, 6, 8]);
const brokerKills: ReadonlySet<number> = new Set([1, 5]);
/** Snapshots that are compared with the states of the host. */
const snapshotsCompared = 100;

const consumer = `
import json, sys
from confluent_kafka import DeserializingConsumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
broker, registry, count, path = sys.argv[1:]
consumer = DeserializingConsumer({
    "bootstrap.servers": broker, "group.id": "berka", "auto.offset.reset": "earliest",
    "isolation.level": "read_committed", "value.deserializer": AvroDeserializer(SchemaRegistryClient({"url": registry})),
})
consumer.subscribe(["kf-evento-events"])
read = 0
quiet = 0
with open(path, "w") as out:
    while quiet < 2:
        message = consumer.poll(30 if read < int(count) else 2)
        if message is None:
            quiet += 1
            continue
        if message.error(): raise Exception(message.error())
        headers = {name: value.decode() for name, value in message.headers()}
        read += 1
        out.write(json.dumps([message.partition(), message.key().decode(), headers, message.value()], default=str) + "\\n")
consumer.close()
`;

const snapshotReader = `
import json, sys
from fastavro import reader
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        snapshot = reader(file)
        metadata = {name: value for name, value in snapshot.metadata.items() if name.startswith("evento.")}
        print(json.dumps([metadata, list(snapshot)], default=str))
`;

const withServices = testsWith(
  hasBerka()
    ? await serviceOrSkip("Kafka, S3 and Confluent's Python client", async () => {
        const python = await pythonPackage("confluent-kafka[avro,schemaregistry]", "2.16.1");
        const [kafka, s3] = await Promise.all([startKafka(), startS3()]);
        return {
          python,
          kafka,
          s3,
          async close() {
            await Promise.all([kafka.close(), s3.close()]);
          },
        };
      })
    : undefined,
);

withServices(
  "a bank through 5 kills of the host and 2 of the broker is on the topic once and in order, and its snapshots are true",
  async (t, { python, kafka, s3 }) => {
    t.timeout(600_000);
    const environment = { ...process.env, PYTHONPATH: python };
    const files = await mkdtemp(join(tmpdir(), "evento-berka-"));
    t.teardown(() => rm(files, { recursive: true }));
    const bucket = await makeBucket(t, s3);
    const bank = await BankHost.start(t, {
      environment: {
        EVENTO_KAFKA_BROKERS: kafka.address,
        EVENTO_SNAPSHOTS: "s3://berka/snapshots",
        // The accounts of the extract are short.
        EVENTO_SNAPSHOT_EVENTS: "10",
        EVENTO_S3_ENDPOINT: s3.endpoint,
        AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      },
    });
    const { commands, balances } = readBerka();
    const started = performance.now();
    let chunk = 0;
    for (let at = 0; at < commands.length; at += chunkCommands, chunk++) {
      const lines = commands.slice(at, at + chunkCommands);
      if (hostKills.has(chunk)) await importAndKill(t, bank, lines);
      const answers = await bank.import(lines);
      t.is(answers.length, lines.length);
      for (const answer of answers) if (JSON.parse(answer).status !== "done") t.fail(answer);
      if (brokerKills.has(chunk)) await kafka.process.kill();
      else if (brokerKills.has(chunk - 1)) await kafka.process.start();
    }
    t.log(`${commands.length} commands in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    for (const [entity, cents] of balances)
      if ((await bank.balance(entity)) !== amountOf(cents)) t.fail(`${entity} is not at ${amountOf(cents)}`);

    const events = await eventsOf(bank);
    await until(async () => (await bank.get("/readyz")).kafka.lag === 0, 120_000);
    const path = join(files, "records.ndjson");
    await run("python3", ["-c", consumer, kafka.address, `${bank.host.url}/registry`, String(events.length), path], {
      env: environment,
      timeout: 180_000,
    });
    const records = (await readFile(path, "utf8")).trim().split("\n");
    t.is(records.length, events.length);
    compareRecords(t, records, events);

    const keys = await bucket.keys();
    t.true(keys.length > 100, `${keys.length} snapshots`);
    const step = Math.ceil(keys.length / snapshotsCompared);
    const paths: string[] = [];
    for (let at = 0; at < keys.length; at += step) {
      const file = join(files, `${at}.avro`);
      await writeFile(file, await bucket.get(keys[at] ?? ""));
      paths.push(file);
    }
    const { stdout } = await run("python3", ["-c", snapshotReader, ...paths], { env: environment });
    const snapshots = stdout.trim().split("\n");
    t.is(snapshots.length, paths.length);
    for (const line of snapshots) {
      const [metadata, [state]]: [Json, [Json]] = JSON.parse(line);
      const sequence = Number(metadata["evento.sequence"]);
      const now = await bank.get(`/aggregates/${metadata["evento.aggregate"]}?at_sequence=${sequence}`);
      t.deepEqual(state, now.state);
    }
    t.log(`${records.length} records; ${keys.length} snapshots, ${paths.length} of them compared`);
  },
);

if (!hasBerka()) test("the Berka data are not beside the project, so it was not published", (t) => t.pass());

/** Sends commands, kills the host while it works on them, and starts it again. */
async function importAndKill(t: ExecutionContext, bank: BankHost, lines: readonly BankCommand[]): Promise<void> {
  const importing = bank.import(lines).then(
    () => false,
    () => true,
  );
  await delay(300);
  await bank.host.kill("SIGKILL");
  t.true(await importing, "the host was killed within the import");
  await bank.host.start();
}

/** The whole log, in the order of its positions. */
async function eventsOf(bank: BankHost): Promise<Json[]> {
  const response = await fetch(`${bank.host.url}/events`, { headers: { accept: "application/x-ndjson" } });
  return (await response.text())
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

/** Every event is there once, on its aggregate's partition, in order, and with the value that REST answers. */
function compareRecords(t: ExecutionContext, lines: readonly string[], events: readonly Json[]): void {
  const seen = new Set<number>();
  const lasts = new Map<string, { partition: number; sequence: number }>();
  for (const line of lines) {
    const [partition, key, headers, value]: [number, string, Json, Json] = JSON.parse(line);
    const position = Number(headers.ce_position);
    const event = events[position - 1];
    const last = lasts.get(key) ?? { partition, sequence: 0 };
    const isRight =
      !seen.has(position) &&
      headers.ce_id === event.id &&
      key === event.aggregate &&
      partition === last.partition &&
      Number(headers.ce_sequence) === last.sequence + 1 &&
      event.sequence === last.sequence + 1;
    if (!isRight) t.fail(`found ${line} for ${JSON.stringify(event)}`);
    if (event.aggregate_type !== "evento") t.deepEqual(value, event.payload, event.id);
    seen.add(position);
    lasts.set(key, { partition, sequence: event.sequence });
  }
  t.is(seen.size, events.length);
}

async function makeBucket(t: ExecutionContext, { endpoint, credentials }: S3Server) {
  const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  t.teardown(() => client.destroy());
  await client.send(new CreateBucketCommand({ Bucket: "berka" }));
  return {
    async keys(): Promise<string[]> {
      const keys: string[] = [];
      for (let token: string | undefined; ;) {
        const page = await client.send(new ListObjectsV2Command({ Bucket: "berka", ContinuationToken: token }));
        keys.push(...(page.Contents ?? []).flatMap(({ Key: key }) => key ?? []));
        token = page.NextContinuationToken;
        if (token === undefined) return keys;
      }
    },
    async get(key: string): Promise<Uint8Array> {
      const { Body: body } = await client.send(new GetObjectCommand({ Bucket: "berka", Key: key }));
      return (await body?.transformToByteArray()) ?? new Uint8Array();
    },
  };
}
