// A consumer out of the box: Confluent's Python client with its Avro deserialiser, told nothing but the broker and the registry.
import { createServer } from "node:http";
import { once } from "node:events";
import { readFile } from "node:fs/promises";

import type { ExecutionContext } from "ava";

import { systemClock } from "../../host/clock.ts";
import { eventTopic, kafkaPublisher } from "../../host/publisher/kafka/kafka-publisher.ts";
import { HostRegistry, registryMediaType } from "../../host/registry/host-registry.ts";
import { SchemaCatalog } from "../../host/registry/schema-catalog.ts";
import { outsideEventEntry } from "../journal/sample-entries.ts";
import { makeRegisteredLog } from "../registry/registered-log.ts";
import { startKafka } from "../services/kafka-broker.ts";
import { pythonPackage, run } from "../services/service-cache.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { published } from "./publishing-log.ts";

const testWithConsumer = testsWith(
  await serviceOrSkip("Kafka and Confluent's Python client", async () => {
    const python = await pythonPackage("confluent-kafka[avro,schemaregistry]", "2.16.1");
    return { ...(await startKafka()), python };
  }),
);

const consumer = `
import json, sys
from confluent_kafka import DeserializingConsumer
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer
broker, registry, topic, count = sys.argv[1:]
client = SchemaRegistryClient({"url": registry})
consumer = DeserializingConsumer({
    "bootstrap.servers": broker, "group.id": "stock", "auto.offset.reset": "earliest",
    "isolation.level": "read_committed", "value.deserializer": AvroDeserializer(client),
})
consumer.subscribe([topic])
records = []
while len(records) < int(count):
    message = consumer.poll(30)
    if message is None: break
    if message.error(): raise Exception(message.error())
    headers = {name: value.decode() for name, value in message.headers()}
    records.append({"key": message.key().decode(), "value": message.value(), "headers": headers, "time": message.timestamp()[1]})
consumer.close()
latest = client.get_latest_version("SavingsAccount.DepositReceived")
print(json.dumps({"records": records, "latest": latest.schema_id}, default=str))
`;

type Consumed = {
  readonly key: string;
  readonly value: { readonly [field: string]: unknown };
  readonly headers: { readonly [name: string]: string };
  readonly time: number;
};

async function serveRegistry(t: ExecutionContext, registryOf: (url: string) => HostRegistry) {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.teardown(() => server.close());
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  const url = `http://127.0.0.1:${address.port}/registry`;
  const registry = registryOf(url);
  server.on("request", (request, response) => {
    const { pathname } = new URL(request.url ?? "", url);
    registry.answer({ method: request.method ?? "", path: pathname.replace(/^\/registry/, "") }).then(
      ({ status, body }) => response.writeHead(status, { "content-type": registryMediaType }).end(JSON.stringify(body)),
      () => response.destroy(),
    );
  });
  return { url, registry };
}

testWithConsumer("a stock consumer reads events with the host's registry alone", async (t, kafka) => {
  const log = await makeRegisteredLog();
  const text = await readFile(new URL("../../schemas/banking/SavingsAccount.avsc", import.meta.url), "utf8");
  const schema = await log.register(JSON.parse(text));
  const { url, registry } = await serveRegistry(
    t,
    (url) => new HostRegistry({ catalog: new SchemaCatalog({ journal: log.journal }), url: () => url }),
  );
  const payload = schema.events.get("DepositReceived")?.fromJson({ amount: "100.25", source: null, balance: "300.00" });
  const entry = outsideEventEntry("deposit-1", "savings:12345-09", 1, {
    aggregate_type: "SavingsAccount",
    event_type: "DepositReceived",
    ...(payload === undefined ? {} : { payload }),
  });
  await log.journal.append([{ ...entry, schema: schema.fingerprint }]).durable;
  const publisher = kafkaPublisher({
    kafka: { brokers: [kafka.address] },
    log: "0190b7a2-0000-7000-8000-000000000001",
    journal: log.journal,
    schemas: registry,
    clock: systemClock,
    onNotice: (notice) => t.fail(notice.message),
  });
  t.teardown(() => publisher.close());
  publisher.start();
  await published(publisher);

  const { stdout } = await run("python3", ["-c", consumer, kafka.address, url, eventTopic, "2"], {
    env: { ...process.env, PYTHONPATH: kafka.python },
    timeout: 90_000,
  });
  const { records, latest }: { records: Consumed[]; latest: number } = JSON.parse(stdout);
  const registered = records.find(({ headers }) => headers["ce_position"] === "1");
  const deposit = records.find(({ headers }) => headers["ce_position"] === "2");
  t.is(registered?.headers["ce_type"], "evento.SchemaRegistered");
  t.is(registered?.value["aggregate_type"], "SavingsAccount");
  t.is(deposit?.key, "savings:12345-09");
  t.like(deposit?.value ?? {}, { amount: "100.25", source: null, balance: "300.00" });
  const { event } = entry;
  t.true((deposit?.time ?? Infinity) <= Date.now());
  t.deepEqual(deposit?.headers, {
    ce_specversion: "1.0",
    ce_id: "deposit-1",
    ce_type: "SavingsAccount.DepositReceived",
    ce_source: "urn:uuid:0190b7a2-0000-7000-8000-000000000001",
    ce_subject: "savings:12345-09",
    ce_time: new Date(event.time).toISOString(),
    ce_dataschema: `${url}/schemas/ids/${latest}`,
    "content-type": "application/avro",
    ce_aggregate: "savings:12345-09",
    ce_sequence: "1",
    ce_position: "2",
    ce_causekind: "external",
    ce_causeid: "deposit-1",
    ce_rootcause: "deposit-1",
    ce_depth: "0",
  });
});
