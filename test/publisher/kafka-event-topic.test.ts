import type { ExecutionContext } from "ava";
import { Kafka, logLevel } from "kafkajs";

import { recordOf, partitionOf } from "../../host/publisher/kafka/event-records.ts";
import { KafkaEventTopic, type KafkaEventTopicOptions } from "../../host/publisher/kafka/kafka-event-topic.ts";
import { consumeAll } from "../services/kcat.ts";
import { startKafka, type KafkaBroker } from "../services/kafka-broker.ts";
import { remakeTopic } from "../services/kafka-topics.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import {
  claimSoon,
  countTo,
  positionsOf,
  publicationAt,
  publicationsFrom,
  topicContract,
  type TopicBench,
} from "./event-topic-contract.ts";

const testWithKafka = testsWith(await serviceOrSkip("Kafka", startKafka));
const source = "urn:uuid:0190b7a2-0000-7000-8000-000000000001";
let topicCount = 0;

type KafkaBench = TopicBench & {
  readonly topic: string;
  readonly cursorTopic: string;
  readonly notices: readonly string[];
};

function adminOf(t: ExecutionContext, kafka: KafkaBroker) {
  const client = new Kafka({ brokers: [kafka.address], logLevel: logLevel.NOTHING });
  const admin = client.admin();
  t.teardown(() => admin.disconnect());
  return admin;
}

async function makeBench(t: ExecutionContext, kafka: KafkaBroker): Promise<KafkaBench> {
  topicCount += 1;
  const topic = `events-${topicCount}`;
  const cursorTopic = `cursors-${topicCount}`;
  const notices: string[] = [];
  const open = (of: string): KafkaEventTopic => {
    const options: KafkaEventTopicOptions = {
      kafka: { brokers: [kafka.address] },
      source: of,
      names: { topic, cursorTopic },
      partitions: 3,
      onNotice: ({ code }) => notices.push(code),
    };
    const opened = new KafkaEventTopic(options);
    t.teardown(() => opened.close());
    return opened;
  };
  return {
    source,
    topic,
    cursorTopic,
    notices,
    open: (of = source) => open(of),
    consume: (count) => consumeAll(kafka.address, { topic, count }),
    async dieWhilePublishing(publications) {
      const client = new Kafka({ brokers: [kafka.address], logLevel: logLevel.NOTHING });
      const producer = client.producer({ transactionalId: source });
      await producer.connect();
      const transaction = await producer.transaction();
      const messages = publications.map((publication) =>
        recordOf(publication, { partition: partitionOf(publication.key, 3), now: Date.now() }),
      );
      await transaction.send({ topic, messages });
      await producer.disconnect();
    },
    tooLargeBytes: 17 << 20,
  };
}

topicContract((title, body) => testWithKafka(title, (t, kafka) => body(t, () => makeBench(t, kafka))));

testWithKafka("topics are made as they have to be", async (t, kafka) => {
  const bench = await makeBench(t, kafka);
  await claimSoon(bench.open());
  const admin = adminOf(t, kafka);
  const { topics } = await admin.fetchTopicMetadata({ topics: [bench.topic, bench.cursorTopic] });
  const found = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
  t.is(found.get(bench.topic), 3);
  t.is(found.get(bench.cursorTopic), 1);
});

testWithKafka("a topic that was there before is taken as it is", async (t, kafka) => {
  const bench = await makeBench(t, kafka);
  const admin = adminOf(t, kafka);
  await admin.createTopics({ topics: [{ topic: bench.topic, numPartitions: 5 }], waitForLeaders: true });
  const claim = await claimSoon(bench.open());
  await claim.publish(publicationsFrom(1, 20), 20);
  t.deepEqual(positionsOf(await bench.consume(20)), countTo(20));
});

testWithKafka("events stay on their partitions when the topic is given more", async (t, kafka) => {
  const bench = await makeBench(t, kafka);
  const first = await claimSoon(bench.open());
  await first.publish(publicationsFrom(1, 50), 50);
  await first.release();
  await adminOf(t, kafka).createPartitions({ topicPartitions: [{ topic: bench.topic, count: 7 }] });
  const second = await claimSoon(bench.open());
  await second.publish(publicationsFrom(51, 100), 100);
  const byKey = Map.groupBy(await bench.consume(100), ({ key }) => key);
  for (const records of byKey.values()) t.is(new Set(records.map(({ partition }) => partition)).size, 1);
});

testWithKafka("a lost cursor is found out again from the topic", async (t, kafka) => {
  const bench = await makeBench(t, kafka);
  const first = await claimSoon(bench.open());
  await first.publish(publicationsFrom(1, 20), 20);
  await first.release();
  const admin = adminOf(t, kafka);
  await admin.deleteTopics({ topics: [bench.cursorTopic] });
  const second = await claimSoon(bench.open());
  for (const { key, position } of publicationsFrom(1, 20)) t.true(second.has({ key, position }));
  t.false(second.has({ key: "savings:1", position: 21 }));
  t.deepEqual(second.newest, { position: 20, id: "command-20!0" });
});

testWithKafka("events that Kafka has committed without the cursor are not published again", async (t, kafka) => {
  const bench = await makeBench(t, kafka);
  const first = await claimSoon(bench.open());
  await first.publish(publicationsFrom(1, 5), 5);
  await first.release();
  const torn = new Kafka({ brokers: [kafka.address], logLevel: logLevel.NOTHING }).producer();
  await torn.connect();
  const late = publicationAt(6);
  await torn.send({
    topic: bench.topic,
    messages: [recordOf(late, { partition: partitionOf(late.key, 3), now: Date.now() })],
  });
  await torn.disconnect();
  const second = await claimSoon(bench.open());
  t.is(second.position, 5);
  const rest = publicationsFrom(6, 9).filter((publication) => !second.has(publication));
  await second.publish(rest, 9);
  t.deepEqual(positionsOf(await bench.consume(9)), countTo(9));
});

testWithKafka("a topic that was made anew is filled anew, and it is said", async (t, kafka) => {
  const bench = await makeBench(t, kafka);
  const first = await claimSoon(bench.open());
  await first.publish(publicationsFrom(1, 20), 20);
  await first.release();
  const admin = adminOf(t, kafka);
  await remakeTopic(admin, { topic: bench.topic, partitions: 3 });
  const second = await claimSoon(bench.open());
  t.is(second.position, 0);
  t.deepEqual(bench.notices, ["TOPIC_LOST_EVENTS"]);
  await second.publish(publicationsFrom(1, 20), 20);
  t.deepEqual(positionsOf(await bench.consume(20)), countTo(20));
});

testWithKafka("events that the topic's retention has deleted are not published again", async (t, kafka) => {
  const bench = await makeBench(t, kafka);
  const first = await claimSoon(bench.open());
  await first.publish(publicationsFrom(1, 20), 20);
  await first.release();
  const admin = adminOf(t, kafka);
  const offsets = await admin.fetchTopicOffsets(bench.topic);
  await admin.deleteTopicRecords({
    topic: bench.topic,
    partitions: offsets.map(({ partition, high }) => ({ partition, offset: high })),
  });
  const second = await claimSoon(bench.open());
  t.is(second.position, 20);
  t.deepEqual(bench.notices, []);
});

testWithKafka("a cursor under thousands of others is found", async (t, kafka) => {
  const bench = await makeBench(t, kafka);
  const first = await claimSoon(bench.open());
  await first.publish([publicationAt(1)], 1);
  await first.release();
  const other = new Kafka({ brokers: [kafka.address], logLevel: logLevel.NOTHING }).producer();
  await other.connect();
  const messages = Array.from({ length: 3_000 }, (_, index) => ({ key: `urn:uuid:${index}`, value: "{}" }));
  await other.send({ topic: bench.cursorTopic, messages });
  await other.disconnect();
  t.is((await claimSoon(bench.open())).position, 1);
});
