import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import type { ExecutionContext } from "ava";
import kafkajs, { Kafka, logLevel } from "kafkajs";

import { eventTopic } from "../../host/publisher/kafka/kafka-publisher.ts";
import { consumeAll } from "../services/kcat.ts";
import { startKafka, type KafkaBroker } from "../services/kafka-broker.ts";
import { freePort } from "../services/service-process.ts";
import { serviceOrSkip, testsWith } from "../services/tests-with-service.ts";
import { startToxiproxy, type ProxiedPort } from "../services/toxiproxy.ts";
import { countTo, positionsOf } from "./event-topic-contract.ts";
import { published, PublishingLog, requireEachOnce } from "./publishing-log.ts";

type FaultyKafka = { readonly kafka: KafkaBroker; readonly proxied: ProxiedPort; close(): Promise<void> };

const testWithKafka = testsWith(
  await serviceOrSkip("Kafka behind a proxy", async (): Promise<FaultyKafka> => {
    const advertisedPort = await freePort();
    const toxiproxy = await startToxiproxy();
    const kafka = await startKafka({ advertisedPort });
    const proxied = await toxiproxy.before(kafka.port, advertisedPort);
    return {
      kafka,
      proxied,
      async close() {
        await Promise.all([kafka.close(), toxiproxy.close()]);
      },
    };
  }),
);

/** A publisher that publishes while events come in, one every few milliseconds, until it is told to stop. */
async function startPublishing(t: ExecutionContext, { kafka }: FaultyKafka, payloadBytes = 200) {
  const log = randomUUID();
  const publishing = await PublishingLog.open({ log, payloadBytes });
  const publisher = publishing.publisher(kafka.address);
  t.teardown(() => publisher.close());
  publisher.start();
  await publishing.append(50);
  await published(publisher);
  const incoming = new AbortController();
  const appending = (async () => {
    for (; !incoming.signal.aborted; await delay(5)) await publishing.append(5);
  })();
  const stop = async (): Promise<void> => {
    incoming.abort();
    await appending;
  };
  return {
    log,
    publisher,
    publishing,
    stop,
    finish: async (): Promise<void> => {
      await stop();
      await published(publisher);
      await requireEachOnce(t, { broker: kafka.address, log, count: publishing.appended });
    },
  };
}

testWithKafka(
  "events are out within a moment, each once, with all that the contract says of them",
  async (t, faulty) => {
    const { publisher, publishing, finish, log } = await startPublishing(t, faulty);
    await delay(500);
    await finish();
    t.true(publisher.status().transactions < publishing.appended / 2, "events are written in batches");
    t.deepEqual(publishing.notices, []);
    t.log(`${publishing.appended} events in ${publisher.status().transactions} transactions of ${log}`);
  },
);

const faults: readonly (readonly [string, (faulty: FaultyKafka) => Promise<void>])[] = [
  [
    "slow",
    async ({ proxied }) => {
      await proxied.add("latency", { latency: 300, jitter: 100 });
      await delay(3_000);
      await proxied.remove("latency");
    },
  ],
  [
    "cutting connections",
    async ({ proxied }) => {
      for (let cut = 0; cut < 8; cut++) {
        await proxied.add("reset_peer", { timeout: 0 });
        await delay(100);
        await proxied.remove("reset_peer");
        await delay(300);
      }
    },
  ],
  [
    "cutting answers off in the middle",
    async ({ proxied }) => {
      for (let cut = 0; cut < 8; cut++) {
        await proxied.add("limit_data", { bytes: 40 + cut * 97 });
        await delay(300);
        await proxied.remove("limit_data");
        await delay(300);
      }
    },
  ],
  [
    "not to be reached",
    async ({ proxied }) => {
      await proxied.down();
      await delay(4_000);
      await proxied.up();
    },
  ],
  [
    "swallowing everything",
    async ({ proxied }) => {
      await proxied.add("timeout", { timeout: 0 });
      await delay(4_000);
      await proxied.remove("timeout");
    },
  ],
  [
    "killed and started again",
    async ({ kafka }) => {
      await kafka.process.kill();
      await delay(500);
      await kafka.process.start();
    },
  ],
  [
    "standing still",
    async ({ kafka }) => {
      kafka.process.signal("SIGSTOP");
      await delay(4_000);
      kafka.process.signal("SIGCONT");
    },
  ],
];

for (const [what, disturb] of faults)
  testWithKafka(`each event is out once and in order although Kafka is ${what}`, async (t, faulty) => {
    const { publisher, publishing, finish } = await startPublishing(t, faulty);
    const before = publishing.appended;
    await disturb(faulty);
    t.true(publishing.appended > before + 100, "events came in meanwhile");
    await finish();
    t.log(`${publishing.appended} events, ${publisher.status().transactions} transactions`);
  });

testWithKafka(
  "with Kafka away events go on coming in, the lag is seen and why, and all are out when it is back",
  async (t, faulty) => {
    const { publisher, publishing, finish } = await startPublishing(t, faulty);
    await faulty.proxied.down();
    const begun = Date.now();
    for (; publisher.status().state === "following" || publisher.status().lag < 200; await delay(20))
      if (Date.now() - begun > 30_000) throw new Error("the fault was not seen");
    const { state, lag, last_error } = publisher.status();
    t.true(state === "waiting" || state === "claiming");
    t.true(lag >= 200);
    t.regex(last_error?.code ?? "", /^TOPIC_/);
    const before = publishing.appended;
    await delay(500);
    t.true(publishing.appended > before + 50);
    await faulty.proxied.up();
    await finish();
  },
);

testWithKafka("a publisher that starts before its Kafka begins when that is there", async (t, faulty) => {
  await faulty.proxied.down();
  const log = randomUUID();
  const publishing = await PublishingLog.open({ log, payloadBytes: 100 });
  const publisher = publishing.publisher(faulty.kafka.address);
  t.teardown(() => publisher.close());
  publisher.start();
  await publishing.append(20);
  for (; publisher.status().state !== "waiting";) await delay(20);
  await faulty.proxied.up();
  await published(publisher);
  await requireEachOnce(t, { broker: faulty.kafka.address, log, count: 20 });
});

testWithKafka("a close while Kafka swallows everything does not take long", async (t, faulty) => {
  const { publisher, log, publishing, stop } = await startPublishing(t, faulty);
  await faulty.proxied.add("timeout", { timeout: 0 });
  await delay(200);
  await stop();
  const begun = Date.now();
  await publisher.close();
  t.true(Date.now() - begun < 6_000, `${Date.now() - begun} ms`);
  await faulty.proxied.remove("timeout");
  const again = publishing.publisher(faulty.kafka.address);
  t.teardown(() => again.close());
  again.start();
  await published(again);
  await again.close();
  await requireEachOnce(t, { broker: faulty.kafka.address, log, count: again.status().position ?? 0 });
});

function startHost(args: readonly string[]) {
  const host = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  host.stdout.setEncoding("utf8");
  return host;
}

/** Waits for a word of a host; false when it has ended without it. */
async function said({ stdout }: ReturnType<typeof startHost>, word: string): Promise<boolean> {
  for await (const text of stdout.iterator({ destroyOnReturn: false })) if (String(text).includes(word)) return true;
  return false;
}

testWithKafka("each event is out once although the host is killed again and again", async (t, { kafka }) => {
  const log = randomUUID();
  const count = 4_000;
  const child = fileURLToPath(new URL("./publishing-child.ts", import.meta.url));
  let following = 0;
  for (let kill = 0; kill < 12; kill++) {
    const host = startHost([child, kafka.address, log, String(count), "8000"]);
    // In turns while it claims the topic and while it publishes.
    const moment = kill % 2 === 0 ? "starting" : "following";
    if (await said(host, moment)) await delay((kill * 97) % 500);
    if (moment === "following" && host.exitCode === null) following += 1;
    host.kill("SIGKILL");
    if (host.exitCode === null && host.signalCode === null) await once(host, "close");
  }
  t.true(following > 3, "it was killed while it published");
  const last = startHost([child, kafka.address, log, String(count), "8000"]);
  t.true(await said(last, "done"));
  await requireEachOnce(t, { broker: kafka.address, log, count });
});

testWithKafka(
  "an event too large for a topic that others made is announced and passed over, and no other",
  async (t, faulty) => {
    const client = new Kafka({ brokers: [faulty.kafka.address], logLevel: logLevel.NOTHING });
    const admin = client.admin();
    await admin.connect();
    t.teardown(() => admin.disconnect());
    const limitTo = async (bytes: number): Promise<void> => {
      const configEntries = [
        { name: "retention.ms", value: "-1" },
        { name: "max.message.bytes", value: String(bytes) },
      ];
      await admin.alterConfigs({
        validateOnly: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: eventTopic, configEntries }],
      });
    };
    await limitTo(10_000);
    t.teardown(() => limitTo(16 << 20));
    const log = randomUUID();
    const publishing = await PublishingLog.open({ log, payloadBytes: 600 });
    await publishing.append(20);
    await publishing.append(1, 20_000);
    await publishing.append(20);
    const publisher = publishing.publisher(faulty.kafka.address);
    t.teardown(() => publisher.close());
    publisher.start();
    await published(publisher);
    t.deepEqual(publishing.notices, ["EVENT_NOT_PUBLISHED"]);
    t.is(publisher.status().passed_over, 1);
    const records = await consumeAll(faulty.kafka.address, { topic: eventTopic, count: 40, source: `urn:uuid:${log}` });
    t.deepEqual(
      positionsOf(records),
      countTo(41).filter((position) => position !== 21),
    );
  },
);
