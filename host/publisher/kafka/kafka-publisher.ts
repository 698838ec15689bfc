// Publishing to Kafka, put together: the log, the topic and the registry.
import type { Clock } from "../../ports/clock.ts";
import type { Journal } from "../../ports/journal.ts";
import type { Publisher, PublisherNotice } from "../../ports/publisher.ts";
import type { PublishObserver } from "../../tracing/publish-spans.ts";
import type { SchemaIds } from "../../registry/schema-ids.ts";
import { publicationOf, sourceOf } from "../cloud-event.ts";
import { LogPublisher } from "../log-publisher.ts";
import type { KafkaOptions } from "./kafka-client.ts";
import { KafkaEventTopic } from "./kafka-event-topic.ts";

export const eventTopic = "kf-evento-events";
const cursorTopic = "kf-evento-cursors";

/** Consumers share the work by partitions; few brokers mind a dozen. */
const partitionsDefault = 12;

export type KafkaPublisherOptions = {
  readonly kafka: KafkaOptions;
  /** Identity of the log, a UUID: makes `ce_source`, and fences off every other host that has it. */
  readonly log: string;
  readonly journal: Pick<Journal, "head" | "watch" | "events">;
  readonly schemas: SchemaIds;
  readonly clock: Clock;
  /** Told of what is published; it gives the headers of traces. */
  readonly observer?: PublishObserver | undefined;
  /** Partitions of the events' topic when it is made. */
  readonly partitions?: number;
  /**
   * Told what people should know of: EVENT_NOT_PUBLISHED, TOPIC_LOST_EVENTS, and why publishing waits, once until it goes on
   * or another reason comes.
   */
  readonly onNotice: (notice: PublisherNotice) => void;
};

/** Makes a publisher; it does nothing before `start`. */
export function kafkaPublisher(options: KafkaPublisherOptions): Publisher {
  const { kafka, log, journal, schemas, clock, observer, partitions = partitionsDefault, onNotice } = options;
  const source = sourceOf(log);
  return new LogPublisher({
    journal,
    topic: new KafkaEventTopic({ kafka, source, names: { topic: eventTopic, cursorTopic }, partitions, onNotice }),
    async publicationOf(event) {
      const { aggregate_type, schema, event_type } = event;
      return publicationOf(event, {
        source,
        schema: await schemas.schemaOf({ aggregate_type, schema, record: event_type }),
        trace: observer && (await observer.headersOf(event)),
      });
    },
    clock,
    onPublish: observer && ((publications) => observer.publishing(publications)),
    onNotice,
  });
}
