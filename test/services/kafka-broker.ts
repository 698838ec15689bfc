// A real Apache Kafka broker, one node in KRaft mode, on free ports of the loopback.
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { fetchOnce, run } from "./service-cache.ts";
import { freePort, ServiceProcess } from "./service-process.ts";

const kafkaVersion = process.env["TEST_KAFKA_VERSION"] ?? "4.4.0";

const quiet = ["-Djava.awt.headless=true", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-XX:TieredStopAtLevel=1"];

async function jars(): Promise<string> {
  return fetchOnce(`kafka-${kafkaVersion}`, async (path) => {
    const pom = new URL("./pom.xml", import.meta.url).pathname;
    const goal = ["dependency:copy-dependencies", "-DincludeScope=runtime"];
    const what = [`-Dkafka.version=${kafkaVersion}`, `-DoutputDirectory=${path}`];
    await run("mvn", ["-B", "-q", "-f", pom, ...goal, ...what], { maxBuffer: 16 << 20, timeout: 600_000 });
  });
}

type Ports = {
  readonly listen: number;
  /** What clients are told to connect to: another port than `listen` when a proxy stands between. */
  readonly advertised: number;
  /** For the broker's own talk, which needs no login. */
  readonly inner: number;
  readonly controller: number;
};

/** What a broker asks of its clients that does not trust its network: TLS, a name and a password. */
export type KafkaSecurity = {
  /** In PEM. */
  readonly certificate: string;
  readonly key: string;
  readonly username: string;
  readonly password: string;
};

function listenerOf(security: KafkaSecurity | undefined): { readonly protocol: string; readonly properties: string } {
  if (security === undefined) return { protocol: "PLAINTEXT", properties: "" };
  const { certificate, key, username, password } = security;
  const oneLine = (pem: string): string => pem.trim().replaceAll("\n", "\\n");
  const login = `org.apache.kafka.common.security.plain.PlainLoginModule required user_${username}="${password}";`;
  const properties = `sasl.enabled.mechanisms=PLAIN
listener.name.clients.plain.sasl.jaas.config=${login}
listener.name.clients.ssl.keystore.type=PEM
listener.name.clients.ssl.keystore.certificate.chain=${oneLine(certificate)}
listener.name.clients.ssl.keystore.key=${oneLine(key)}
`;
  return { protocol: "SASL_SSL", properties };
}

function propertiesOf(
  { listen, advertised, inner, controller }: Ports,
  { directory, security }: { directory: string; security: KafkaSecurity | undefined },
): string {
  const { protocol, properties } = listenerOf(security);
  return `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=CLIENTS://127.0.0.1:${listen},INNER://127.0.0.1:${inner},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=CLIENTS://127.0.0.1:${advertised},INNER://127.0.0.1:${inner}
listener.security.protocol.map=CLIENTS:${protocol},INNER:PLAINTEXT,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=INNER
${properties}log.dirs=${join(directory, "data")}
num.partitions=1
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
num.network.threads=2
num.io.threads=2
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.backoff.ms=500
# After kill -9 the broker may register again only when its old session has expired, 9 s later by default.
broker.session.timeout.ms=2000
broker.heartbeat.interval.ms=500
`;
}

export type KafkaBroker = {
  /** As clients are told: `host:port`. */
  readonly address: string;
  /** Where the broker itself listens. */
  readonly port: number;
  readonly process: ServiceProcess;
  close(): Promise<void>;
};

/** Starts an empty broker. @param given - `advertisedPort` is that of a proxy in front of it. */
export async function startKafka(
  given: { advertisedPort?: number; security?: KafkaSecurity } = {},
): Promise<KafkaBroker> {
  const { advertisedPort, security } = given;
  const classpath = `${await jars()}/*`;
  const directory = await mkdtemp(join(tmpdir(), "evento-kafka-"));
  await mkdir(join(directory, "data"));
  const listen = await freePort();
  const ports = { listen, advertised: advertisedPort ?? listen, inner: await freePort(), controller: await freePort() };
  const properties = join(directory, "server.properties");
  await writeFile(properties, propertiesOf(ports, { directory, security }));
  // An id that begins with a minus would be taken for an option.
  const clusterId = randomBytes(16).toString("base64url").replace(/^-/, "A");
  const format = ["kafka.tools.StorageTool", "format", "-t", clusterId, "-c", properties];
  await run("java", ["-Xmx128m", ...quiet, "-cp", classpath, ...format], { timeout: 60_000 });
  const process = new ServiceProcess({
    command: "java",
    args: ["-Xms64m", "-Xmx256m", "-XX:+UseSerialGC", ...quiet, "-cp", classpath, "kafka.Kafka", properties],
    port: listen,
    log: join(directory, "server.log"),
  });
  await process.start();
  return {
    address: `127.0.0.1:${ports.advertised}`,
    port: listen,
    process,
    async close() {
      await process.close();
      await rm(directory, { recursive: true });
    },
  };
}
