import { setTimeout as delay } from "node:timers/promises";

import type { ExecutionContext } from "ava";
import { Kafka, logLevel, type Message } from "kafkajs";

import { systemClock } from "../../host/clock.ts";
import { KafkaIntake } from "../../host/publisher/kafka/kafka-intake.ts";
import { HostRegistry } from "../../host/registry/host-registry.ts";
import { SchemaCatalog } from "../../host/registry/schema-catalog.ts";
import { EngineUnderTest } from "../engine/engine-under-test.ts";
import { consumeAll } from "../services/kcat.ts";
import { startKafka, type KafkaBroker } from "../services/kafka-broker.ts";
import { remakeTopic } from "../services/kafka-topics.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { until as lookUntil } from "../until.ts";

const testWithKafka = testsWith(await serviceOrSkip("Kafka", startKafka));
let topicCount = 0;

async function makeBench(t: ExecutionContext, kafka: KafkaBroker) {
  topicCount += 1;
  const topic = `commands-${topicCount}`;
  const deadLetters = `dead-${topicCount}`;
  const under = await EngineUnderTest.start();
  const client = new Kafka({ brokers: [kafka.address], logLevel: logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  t.teardown(() => admin.disconnect());
  return {
    topic,
    deadLetters,
    under,
    admin,
    open: (): KafkaIntake => {
      const { engine, journal } = under;
      const intake = new KafkaIntake({
        kafka: { brokers: [kafka.address] },
        log: `log-${topic}`,
        door: engine,
        journal,
        schemas: new HostRegistry({ catalog: new SchemaCatalog({ journal }), url: () => "" }),
        clock: systemClock,
        onNotice: ({ message }) => t.log(message),
        partitions: 3,
        topic,
        deadLetters,
      });
      t.teardown(() => intake.close());
      intake.start();
      return intake;
    },
    send: async (messages: readonly Message[]): Promise<void> => {
      const producer = client.producer();
      await producer.connect();
      await producer.send({ topic, messages: [...messages] });
      await producer.disconnect();
    },
  };
}

function addTo(box: string, count: number): Message[] {
  return Array.from({ length: count }, () => ({
    key: box,
    value: JSON.stringify({ entity: box, command_type: "Add", payload: { n: 1 } }),
  }));
}

/** The broker takes its time. */
const until = (isSo: () => boolean): Promise<void> => lookUntil(isSo, 60_000);

testWithKafka("commands from the topic are done, each once, and their partitions stay in order", async (t, kafka) => {
  const { open, send, under } = await makeBench(t, kafka);
  const intake = open();
  await until(() => intake.status().state === "following");
  await send([...addTo("box:1", 300), ...addTo("box:2", 200)]);
  await until(() => intake.status().taken === 500);
  await under.clock.advance(1_000);
  t.like(await under.state("box:1"), { count: 300 });
  t.like(await under.state("box:2"), { count: 200 });
  t.is(intake.status().lag, 0);
});

testWithKafka(
  "after a crash reading goes on where the log is, and nothing is done twice or left out",
  async (t, kafka) => {
    const { open, send, under } = await makeBench(t, kafka);
    const first = open();
    await until(() => first.status().state === "following");
    await send(addTo("box:1", 100));
    await until(() => first.status().taken === 100);
    await first.close();
    await under.crash();
    await send(addTo("box:1", 100));
    const second = open();
    await until(() => second.status().taken >= 100 && second.status().lag === 0);
    await under.clock.advance(1_000);
    t.like(await under.state("box:1"), { count: 200 });
    t.is(second.status().taken, 100);
  },
);

testWithKafka("a log that lost its end reads again what it does not know any more", async (t, kafka) => {
  const { open, send, under, topic, admin } = await makeBench(t, kafka);
  const first = open();
  await until(() => first.status().state === "following");
  await send(addTo("box:1", 50));
  await until(() => first.status().taken === 50);
  await first.close();
  // The group's offsets, which nobody believes, say that all was read.
  await admin.setOffsets({
    groupId: `evento-commands-log-${topic}`,
    topic,
    partitions: [0, 1, 2].map((partition) => ({ partition, offset: "50" })),
  });
  const older = await EngineUnderTest.start();
  under.engine = older.engine;
  under.journal = older.journal;
  const second = open();
  await until(() => second.status().taken === 50);
  await older.clock.advance(1_000);
  t.like(await older.state("box:1"), { count: 50 });
});

testWithKafka("the end does not wait for a command that has no outcome: it is read again", async (t, kafka) => {
  const { open, send, under, topic } = await makeBench(t, kafka);
  const first = open();
  await until(() => first.status().state === "following");
  const value = JSON.stringify({
    id: "stuck",
    entity: "box:1",
    command_type: "Misbehave",
    payload: { how: "fail" },
    expected_sequence: 0,
  });
  await send([{ key: "box:1", value, partition: 0 }]);
  // Its next try waits for a clock that stands still.
  await until(() => under.engine.pendingCount === 1);
  await first.close();
  t.is(await under.journal.cursor(`kafka:${topic}:0`), undefined);
  const second = open();
  await until(() => second.status().state === "following");
  for (let tries = 0; second.status().taken + second.status().refused === 0 && tries < 600; tries++) {
    await under.clock.advance(60_000);
    await delay(20);
  }
  t.is((await under.engine.queries.command("stuck")).status, "parked");
});

testWithKafka("a record that is refused lies with the dead letters as it came, with the reason", async (t, kafka) => {
  const { open, send, under, topic, deadLetters } = await makeBench(t, kafka);
  const intake = open();
  await until(() => intake.status().state === "following");
  const value = JSON.stringify({ entity: "box:1", command_type: "Explode" });
  await send([{ key: "box:1", value, headers: { trace: "abc" }, partition: 1 }, ...addTo("box:1", 5)]);
  await until(() => intake.status().taken === 5 && intake.status().refused === 1);
  const [letter] = await consumeAll(kafka.address, { topic: deadLetters, count: 1 });
  t.is(letter?.key, "box:1");
  t.is(letter?.value, value);
  t.like(letter?.headers ?? {}, {
    trace: "abc",
    evento_code: "COMMAND_TYPE_UNKNOWN",
    evento_topic: topic,
    evento_partition: "1",
    evento_offset: "0",
  });
  t.regex(letter?.headers["evento_reason"] ?? "", /Explode/);
  await under.clock.advance(1_000);
  t.like(await under.state("box:1"), { count: 5 });
});

testWithKafka("a topic that was made anew is read from its start", async (t, kafka) => {
  const { open, send, under, topic, admin } = await makeBench(t, kafka);
  const first = open();
  await until(() => first.status().state === "following");
  await send(addTo("box:1", 30));
  await until(() => first.status().taken === 30);
  await first.close();
  await remakeTopic(admin, { topic, partitions: 3 });
  await send(addTo("box:1", 7));
  const second = open();
  await until(() => second.status().taken === 7);
  await under.clock.advance(1_000);
  t.like(await under.state("box:1"), { count: 37 });
});

testWithKafka("a broker that dies and comes back loses no command and doubles none", async (t, kafka) => {
  const { open, send, under, topic } = await makeBench(t, kafka);
  const intake = open();
  await until(() => intake.status().state === "following");
  await send(addTo("box:1", 100));
  await until(() => intake.status().taken > 0);
  await kafka.process.kill();
  await delay(1_000);
  await kafka.process.start();
  for (let sent = false; !sent;)
    try {
      await send(addTo("box:1", 100));
      sent = true;
    } catch {
      await delay(500);
    }
  // A send that failed may have been taken all the same: what counts is what lies in the topic.
  const { length: count } = await consumeAll(kafka.address, { topic, count: 200 });
  await until(() => intake.status().lag === 0 && intake.status().taken >= count);
  await under.clock.advance(1_000);
  t.like(await under.state("box:1"), { count });
});
