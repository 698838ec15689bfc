// What the console says of Kafka: a real broker that goes away and comes back, and what came in by it.
import { Kafka, logLevel } from "kafkajs";

import { BankHost } from "../banking/bank-host.ts";
import { startKafka } from "../services/kafka-broker.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { BrowserUnderTest } from "./browser.ts";

const services = await serviceOrSkip("Chromium and Kafka", async () => {
  const [browser, kafka] = await Promise.all([BrowserUnderTest.start(), startKafka()]);
  return {
    browser,
    kafka,
    async close() {
      await Promise.all([browser.close(), kafka.close()]);
    },
  };
});
const test = testsWith(services);

test("the lag and what is wrong with Kafka are seen while it is away, and that it is back", async (t, given) => {
  t.timeout(120_000);
  const { browser, kafka } = given;
  const environment = { EVENTO_KAFKA_BROKERS: kafka.address, EVENTO_KAFKA_INTAKE: "true" };
  const bank = await BankHost.start(t, { environment });
  const page = await browser.open(t, `${bank.host.url}/console/operations`);
  await page.says(/Kafka following[\s\S]*Lag\s+0[\s\S]*Intake from Kafka following/);

  await send(kafka.address, [
    { id: "in-1", entity: "client:1", command_type: "RegisterClient", payload: { born: "1970-12-13", district: 18 } },
    { id: "in-2", entity: "nobody:1", command_type: "Nothing", payload: {} },
  ]);
  await page.says(/Intake from Kafka following[\s\S]*Taken in\s+1\s+Refused\s+1/);

  await kafka.process.kill();
  const command = { entity: "client:2", command_type: "RegisterClient", payload: { born: "1970-12-13", district: 1 } };
  await bank.post({ id: "while-away", ...command });
  await page.says(/Kafka waiting[\s\S]*Lag\s+1\s[\s\S]*TOPIC_UNAVAILABLE/);
  await kafka.process.start();
  await page.says(/Kafka following[\s\S]*Lag\s+0/);
  t.deepEqual(page.complaints, []);
});

async function send(address: string, drafts: readonly object[]): Promise<void> {
  const producer = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING }).producer();
  await producer.connect();
  const messages = drafts.map((draft) => ({ key: "client:1", value: JSON.stringify(draft) }));
  await producer.send({ topic: "kf-evento-commands", messages });
  await producer.disconnect();
}
