// Kafka as the configuration says it: what goes out, what comes in, and the registry, the host's own or an outside one.
import { systemClock } from "./clock.ts";
import type { HostConfig } from "./config.ts";
import { EventoError } from "./errors.ts";
import type { Logger } from "./json-log.ts";
import type { Journal } from "./ports/journal.ts";
import type { Publisher } from "./ports/publisher.ts";
import type { KafkaOptions } from "./publisher/kafka/kafka-client.ts";
import { KafkaIntake } from "./publisher/kafka/kafka-intake.ts";
import { kafkaPublisher } from "./publisher/kafka/kafka-publisher.ts";
import type { Door } from "./publisher/kafka/record-intake.ts";
import type { PublishObserver } from "./tracing/publish-spans.ts";
import { HostRegistry } from "./registry/host-registry.ts";
import { OutsideRegistry } from "./registry/outside-registry.ts";
import { SchemaCatalog } from "./registry/schema-catalog.ts";

export type KafkaSide = {
  /** Undefined when no brokers are named. It does nothing before its `start`. */
  readonly publisher: Publisher | undefined;
  /** Undefined unless commands are taken from Kafka. It does nothing before its `start`. */
  readonly intake: KafkaIntake | undefined;
  /** Serves `/registry`, also while nothing is published. */
  readonly registry: HostRegistry;
};

/**
 * Puts the publisher, the intake and the registry together.
 *
 * @param given - `log` is the identity of the log; `url` that of the host, asked for when the first event goes out; `door` takes in
 *   what comes from Kafka.
 * @throws EventoError CONFIG_INVALID
 */
export function kafkaOf(given: {
  config: HostConfig;
  journal: Journal;
  log: string;
  door: Door;
  logger: Logger;
  url: () => string;
  observer: PublishObserver | undefined;
}): KafkaSide {
  const { config, journal, log, door, logger, url, observer } = given;
  const catalog = new SchemaCatalog({ journal });
  const registry = new HostRegistry({ catalog, url: () => `${url()}/registry` });
  const kafka = kafkaOptionsOf(config, logger);
  if (kafka === undefined) return { publisher: undefined, intake: undefined, registry };
  const schemas = config.registry === "" ? registry : new OutsideRegistry({ catalog, url: config.registry });
  const shared = { kafka, log, journal, schemas, clock: systemClock, partitions: config.kafka_partitions };
  const onNotice =
    (event: string) =>
    ({ code, message }: EventoError): void =>
      logger.log("warn", event, { code, reason: message });
  return {
    publisher: kafkaPublisher({ ...shared, observer, onNotice: onNotice("publisher.notice") }),
    intake: config.kafka_intake ? new KafkaIntake({ ...shared, door, onNotice: onNotice("intake.notice") }) : undefined,
    registry,
  };
}

/** How to reach the brokers; undefined when none are named. @throws EventoError CONFIG_INVALID */
function kafkaOptionsOf(config: HostConfig, logger: Logger): KafkaOptions | undefined {
  const brokers = config.kafka_brokers
    .split(",")
    .map((broker) => broker.trim())
    .filter((broker) => broker !== "");
  if (brokers.length > 0)
    return {
      brokers,
      ...(config.kafka_tls ? { ssl: true } : {}),
      ...(config.kafka_sasl === "" ? {} : { sasl: saslOf(config.kafka_sasl) }),
      onLog: ({ level, message, error }) =>
        logger.log(level === "error" ? "warn" : "debug", "kafka.client", { message, reason: error }),
    };
  if (config.kafka_intake)
    throw new EventoError("CONFIG_INVALID", "found EVENTO_KAFKA_INTAKE without brokers to read from", {
      hint: "name them in EVENTO_KAFKA_BROKERS",
    });
  return undefined;
}

/** @throws EventoError CONFIG_INVALID, without a word of what was found: it may be a password */
function saslOf(text: string): NonNullable<KafkaOptions["sasl"]> {
  const fields = jsonOf(text);
  if (
    typeof fields === "object" &&
    fields !== null &&
    "mechanism" in fields &&
    "username" in fields &&
    "password" in fields
  ) {
    const { mechanism, username, password } = fields;
    if (typeof username === "string" && typeof password === "string") {
      if (mechanism === "plain") return { mechanism, username, password };
      if (mechanism === "scram-sha-256") return { mechanism, username, password };
      if (mechanism === "scram-sha-512") return { mechanism, username, password };
    }
  }
  throw new EventoError(
    "CONFIG_INVALID",
    'found another EVENTO_KAFKA_SASL than {"mechanism": "plain" | "scram-sha-256" | "scram-sha-512", "username": …, "password": …}',
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
