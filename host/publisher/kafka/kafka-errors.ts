// Kafka's errors in the host's words: what callers branch on is the code.
import { EventoError, reasonOf } from "../../errors.ts";

const tooLarge = new Set(["MESSAGE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]);
const fenced = new Set([
  "INVALID_PRODUCER_EPOCH",
  "PRODUCER_FENCED",
  "INVALID_PRODUCER_ID_MAPPING",
  "INVALID_TXN_STATE",
]);
const forbidden = /AUTHORIZATION_FAILED$|^SASL_|^UNSUPPORTED_SASL/;

/** Kafka's name of an error, wherever the client has wrapped it. */
export function kafkaErrorType(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++)
    if ("type" in at && typeof at.type === "string") return at.type;
  return undefined;
}

/**
 * @param what - was under way, such as `writing to kf-evento-events`.
 * @returns RECORD_TOO_LARGE, TOPIC_FENCED or TOPIC_UNAVAILABLE; an EventoError as it is.
 */
export function topicErrorOf(cause: unknown, what: string): EventoError {
  if (cause instanceof EventoError) return cause;
  const type = kafkaErrorType(cause) ?? "";
  const found = `found that ${what} failed: ${reasonOf(cause)}`;
  if (tooLarge.has(type))
    return new EventoError("RECORD_TOO_LARGE", found, {
      hint: "raise max.message.bytes of the topic, or send smaller payloads",
      cause,
    });
  if (fenced.has(type))
    return new EventoError("TOPIC_FENCED", found, {
      retryable: true,
      hint: "another host with the same identity has claimed the topic, or this one stood still for too long",
      cause,
    });
  const hint = forbidden.test(type)
    ? "the cluster does not let this host in: see to its credentials and access rules"
    : "see to the cluster and EVENTO_KAFKA_BROKERS; commands go on, and nothing is skipped when it is back";
  return new EventoError("TOPIC_UNAVAILABLE", found, { retryable: true, hint, cause });
}
