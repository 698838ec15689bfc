// Traces through a real broker: in with a record, out with the event's.
import { Kafka, logLevel } from "kafkajs";

import { BankHost } from "../banking/bank-host.ts";
import { startKafka } from "../services/kafka-broker.ts";
import { consumeAll } from "../services/kcat.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { until } from "../until.ts";
import { TraceCollector, treeOf } from "./trace-collector.ts";

const withKafka = testsWith(await serviceOrSkip("Kafka", () => startKafka()));

withKafka("a trace goes on from the record that brought a command to the record of its event", async (t, kafka) => {
  t.timeout(120_000);
  const collector = await TraceCollector.start(t);
  const bank = await BankHost.start(t, {
    environment: {
      EVENTO_KAFKA_BROKERS: kafka.address,
      EVENTO_KAFKA_INTAKE: "true",
      EVENTO_OTLP_ENDPOINT: collector.url,
    },
  });
  await until(async () => (await bank.get("/readyz")).kafka_intake.state === "following", 60_000);
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const caller = "b7ad6b7169203331";
  const producer = new Kafka({ brokers: [kafka.address], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  t.teardown(() => producer.disconnect());
  const command = { id: "from-kafka", entity: "client:8", command_type: "RegisterClient" };
  await producer.send({
    topic: "kf-evento-commands",
    messages: [
      {
        value: JSON.stringify({ ...command, payload: { born: "1970-12-13", district: 18 } }),
        headers: { traceparent: `00-${trace}-${caller}-01` },
      },
    ],
  });
  await until(async () => (await bank.get("/readyz")).kafka_intake.taken === 1, 30_000);
  await bank.quiet();
  await until(async () => (await bank.get("/readyz")).kafka.lag === 0, 30_000);
  const { position: head } = (await bank.get("/events?aggregate=client:8")).events[0];
  await bank.host.kill("SIGTERM");

  const records = await consumeAll(kafka.address, { topic: "kf-evento-events", count: head });
  const record = records.find(({ headers }) => headers["ce_id"] === "from-kafka!0");
  const spans = collector.of(trace);
  const idOf = (name: string): string | undefined => spans.find((span) => span.name === name)?.spanId;
  t.is(record?.headers["traceparent"], `00-${trace}-${idOf("publish Client.ClientRegistered")}-01`);
  t.is(record?.headers["ce_traceparent"], `00-${trace}-${idOf("Client.RegisterClient")}-01`);
  t.deepEqual(treeOf(spans, caller), [
    "Client.RegisterClient(try 1(handler and aggregator client), commit, publish Client.ClientRegistered)",
  ]);
});
