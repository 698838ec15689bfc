// The one place where a Kafka client is made: bounded retries and time-outs everywhere, since the loops above try again for ever.
import { Kafka, logLevel, type KafkaConfig } from "kafkajs";

export type KafkaOptions = {
  /** `host:port` of some brokers of the cluster. */
  readonly brokers: readonly string[];
  /** TLS: true, or options of Node's `tls.connect`. */
  readonly ssl?: KafkaConfig["ssl"];
  /** SASL: mechanism and credentials. */
  readonly sasl?: KafkaConfig["sasl"];
  /** Told what the client has to say; nothing else is printed. */
  readonly onLog?: (line: KafkaLogLine) => void;
};

export type KafkaLogLine = { readonly level: "error" | "warning"; readonly message: string; readonly error?: string };

/** A request that is not answered for so long has failed. Longer than the longest wait that a request asks for. */
const requestDeadlineMs = 10_000;

/**
 * Short at first: right after a commit a broker often asks to come back in a few milliseconds.
 * Few: what does not come right in two seconds is begun anew from above.
 */
export const requestRetries = { initialRetryTime: 30, maxRetryTime: 1_000, factor: 0.2, multiplier: 2, retries: 6 };

export function kafkaClient({ brokers, ssl, sasl, onLog }: KafkaOptions): Kafka {
  return new Kafka({
    clientId: "evento",
    brokers: [...brokers],
    connectionTimeout: 3_000,
    authenticationTimeout: 10_000,
    requestTimeout: requestDeadlineMs,
    retry: requestRetries,
    logLevel: onLog === undefined ? logLevel.NOTHING : logLevel.WARN,
    logCreator:
      () =>
      ({ level, log }) => {
        const error: unknown = log["error"];
        onLog?.({
          level: level === logLevel.ERROR ? "error" : "warning",
          message: log.message,
          ...(typeof error === "string" ? { error } : {}),
        });
      },
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
  });
}
