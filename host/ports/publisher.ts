// Publishing: the log goes out to a topic, each event once, behind the commands and never in their way.
// The topic is a port of its own, implemented on Kafka (host/publisher/kafka) and, for tests, in memory; both run one contract suite.
import type { EventoError } from "../errors.ts";

/** One event as it goes out. */
export type Publication = {
  readonly position: number;
  readonly id: string;
  /** Id of the aggregate: what has the same key stays in order. */
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly value: Uint8Array;
  readonly headers: { readonly [name: string]: string };
};

/**
 * A topic that takes publications. Whoever claims it is its only writer under his identity: what an earlier writer of the same
 * identity left open is ended, and that writer can write no more.
 */
export interface EventTopic {
  /** @throws EventoError TOPIC_UNAVAILABLE (retryable) */
  claim(): Promise<TopicClaim>;
  close(): Promise<void>;
}

export interface TopicClaim {
  /** All events up to this position are there, but for what was passed over. */
  readonly position: number;
  /** The newest event of this identity that is there, to be compared with the log. */
  readonly newest: { readonly position: number; readonly id: string } | undefined;
  /** Tells of a publication after `position` whether it is there already. */
  has(publication: { readonly key: string; readonly position: number }): boolean;
  /**
   * Writes publications in the order of their positions and moves `position`, all or nothing.
   *
   * @param publications - may be none, to pass over what can't be published.
   * @throws EventoError RECORD_TOO_LARGE when the topic does not take them at this size: nothing was written. TOPIC_UNAVAILABLE,
   *   TOPIC_FENCED (retryable): whether they were written is unknown. In either case claim the topic again.
   */
  publish(publications: readonly Publication[], position: number): Promise<void>;
  /**
   * Looks whether readers see all that was published: a cluster may say that it has a transaction and keep readers waiting for its
   * end. To be called again, seconds later, until it has answered true.
   *
   * @throws EventoError TOPIC_UNDECIDED (retryable) when readers have got no further since the last look; claim the topic again.
   */
  isVisible(): Promise<boolean>;
  /** Lets go of the topic. Idempotent. */
  release(): Promise<void>;
}

export type PublisherStatus = {
  /**
   * `claiming`: asking the topic where it stands. `following`: everything is out, or on its way. `waiting`: the topic is away
   * or refused, and is tried again at `retry_at`.
   */
  readonly state: "stopped" | "claiming" | "following" | "waiting" | "closed";
  /** Position up to which everything is known to be out; undefined until the topic was claimed once. */
  readonly position: number | undefined;
  /** Events in the log that are not known to be out. */
  readonly lag: number;
  /** Since the start. */
  readonly published: number;
  readonly passed_over: number;
  readonly transactions: number;
  readonly last_error: { readonly time: number; readonly code: string; readonly message: string } | undefined;
  readonly retry_at: number | undefined;
};

export interface Publisher {
  /** Begins to publish in the background. Never throws: what goes wrong is in `status`. */
  start(): void;
  status(): PublisherStatus;
  /** Ends what is under way and lets go. Idempotent. */
  close(): Promise<void>;
}

/** Something that people should know of: an event passed over, a topic that lost events and is filled again, one that is away. */
export type PublisherNotice = EventoError;
