// Brings the log to a topic and keeps it there, for as long as the host runs: claims the topic, goes on where it stands, writes
// behind the journal, and after any failure begins again with a claim. Holds nothing that a crash could lose.
//
//   claiming ──► following ──failure──► waiting ──backoff──► claiming …
import type { StoredEvent } from "../domain/envelope.ts";
import { EventoError, reasonOf } from "../errors.ts";
import {
  publishBytesMax,
  publishCloseMsMax,
  publishEventsMax,
  publishGatherMs,
  publishLookMs,
  publishRetryMsMax,
  publishRetryMsMin,
} from "../limits.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import type {
  EventTopic,
  Publication,
  Publisher,
  PublisherNotice,
  PublisherStatus,
  TopicClaim,
} from "../ports/publisher.ts";
import { Wake } from "./wake.ts";

export type LogPublisherOptions = {
  readonly journal: Pick<Journal, "head" | "watch" | "events">;
  readonly topic: EventTopic;
  /** Makes the publication of an event; may ask a registry. */
  readonly publicationOf: (event: StoredEvent) => Promise<Publication>;
  readonly clock: Clock;
  /** Told of what goes to the topic; what it returns is called when it is there. */
  readonly onPublish?: ((publications: readonly Publication[]) => () => void) | undefined;
  readonly onNotice: (notice: PublisherNotice) => void;
};

/** Events of one read of the log. */
const pageEventsMax = 100;

type Batch = {
  readonly publications: readonly Publication[];
  /** Position up to which the log was read for it. */
  readonly upTo: number;
};

export class LogPublisher implements Publisher {
  readonly #options: LogPublisherOptions;
  readonly #wake: Wake;
  #state: PublisherStatus["state"] = "stopped";
  #position: number | undefined;
  #published = 0;
  #passedOver = 0;
  #transactions = 0;
  #lastError: PublisherStatus["last_error"];
  /** Code of the failure that was told last, until publishing goes on. */
  #told: string | undefined;
  #retryAt: number | undefined;
  #retryMs = publishRetryMsMin;
  /** Falls when the topic refuses a batch for its size, and grows again with what it takes. */
  #eventsMax = publishEventsMax;
  /** Position of the event that the topic has refused alone, until it was passed over. */
  #refused: number | undefined;
  /** Whether readers see what was published: nobody has to ask, it will be asked, it has to be asked now. */
  #look: "none" | "planned" | "due" = "none";
  #cancelLook = (): void => {};
  #running: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: LogPublisherOptions) {
    this.#options = options;
    this.#wake = new Wake({ clock: options.clock });
  }

  start(): void {
    if (this.#running !== undefined || this.#closing !== undefined) return;
    this.#running = this.#run();
  }

  status(): PublisherStatus {
    return {
      state: this.#state,
      position: this.#position,
      lag: this.#options.journal.head.position - (this.#position ?? 0),
      published: this.#published,
      passed_over: this.#passedOver,
      transactions: this.#transactions,
      last_error: this.#lastError,
      retry_at: this.#retryAt,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { clock, topic } = this.#options;
    this.#wake.end();
    // A transaction under way is let end, since readers would wait for one left open; a topic that is away is not waited for.
    let cut: Promise<void> | undefined;
    const cancel = clock.schedule(publishCloseMsMax, () => {
      cut = topic.close();
    });
    await this.#running;
    cancel();
    await (cut ?? topic.close());
    this.#state = "closed";
  }

  async #run(): Promise<void> {
    const unwatch = this.#options.journal.watch(() => this.#wake.now());
    while (!this.#wake.ended) {
      try {
        await this.#claimAndFollow();
      } catch (error) {
        this.#fail(error);
        await this.#wake.after(this.#retryMs);
        this.#retryMs = Math.min(publishRetryMsMax, this.#retryMs * 2);
      }
      this.#retryAt = undefined;
    }
    unwatch();
  }

  #fail(error: unknown): void {
    const now = this.#options.clock.now();
    this.#state = "waiting";
    this.#retryAt = now + this.#retryMs;
    const failure =
      error instanceof EventoError ? error : new EventoError("PUBLISHER_FAILED", reasonOf(error), { cause: error });
    const { code, message } = failure;
    this.#lastError = { time: now, code, message };
    if (code === this.#told) return;
    this.#told = code;
    this.#options.onNotice(failure);
  }

  async #claimAndFollow(): Promise<void> {
    this.#state = "claiming";
    const claim = await this.#options.topic.claim();
    try {
      await this.#requireSameHistory(claim);
      this.#position = claim.position;
      this.#state = "following";
      await this.#follow(claim);
    } finally {
      this.#cancelLook();
      this.#look = "none";
      await claim.release();
    }
  }

  /** A topic that knows more than the log, or something else, was written from another one: then nothing may be added to it. */
  async #requireSameHistory({ position, newest }: TopicClaim): Promise<void> {
    const { journal } = this.#options;
    const known = Math.max(position, newest?.position ?? 0);
    if (known > journal.head.position)
      throw new EventoError(
        "TOPIC_AHEAD",
        `found events up to position ${known} in the topic, expected no more than the ${journal.head.position} of the log`,
        { hint: "the log has lost its end or an older copy was restored: evento verify says more" },
      );
    if (newest === undefined) return;
    const { events } = await journal.events({ after: newest.position - 1, limit: 1 });
    if (events[0]?.id !== newest.id)
      throw new EventoError(
        "TOPIC_DIVERGED",
        `found event ${newest.id} at position ${newest.position} in the topic, expected ${events[0]?.id ?? "none"} as in the log`,
        { hint: "the topic was written from another log of the same identity, such as a copy of the data directory" },
      );
  }

  /** Publishes until the end, or until the topic has to be claimed again. */
  async #follow(claim: TopicClaim): Promise<void> {
    const { journal } = this.#options;
    for (let position = claim.position; !this.#wake.ended;) {
      if (this.#look === "due") await this.#lookAt(claim);
      if (journal.head.position <= position) {
        await this.#wake.called();
        continue;
      }
      const known = journal.head.position;
      const batch = await this.#nextBatch(claim, position);
      if (!(await this.#publish(claim, batch))) return;
      this.#planLook();
      position = batch.upTo;
      this.#position = position;
      this.#retryMs = publishRetryMsMin;
      this.#told = undefined;
      if (position >= known) await this.#wake.after(publishGatherMs);
    }
  }

  #planLook(): void {
    if (this.#look !== "none") return;
    this.#look = "planned";
    this.#cancelLook = this.#options.clock.schedule(publishLookMs, () => {
      this.#look = "due";
      this.#wake.now();
    });
  }

  async #lookAt(claim: TopicClaim): Promise<void> {
    this.#look = "none";
    if (!(await claim.isVisible())) this.#planLook();
  }

  async #nextBatch(claim: TopicClaim, after: number): Promise<Batch> {
    const publications: Publication[] = [];
    let bytes = 0;
    let upTo = after;
    for (let left = this.#eventsMax; left > 0;) {
      // Page by page, since events may be large and the batch full long before its last.
      const { events } = await this.#options.journal.events({
        after: upTo,
        limit: Math.min(left, pageEventsMax),
        bytesMax: publishBytesMax,
      });
      for (const event of events) {
        if (bytes > 0 && bytes + event.payload.length > publishBytesMax) return { publications, upTo };
        bytes += event.payload.length;
        upTo = event.position;
        if (event.position === this.#refused || claim.has({ key: event.aggregate, position: event.position })) continue;
        publications.push(await this.#options.publicationOf(event));
      }
      left -= events.length;
      if (events.length < pageEventsMax) break;
    }
    return { publications, upTo };
  }

  /** @returns whether the batch is out; else it is too large, and the next claim goes on with less. */
  async #publish(claim: TopicClaim, { publications, upTo }: Batch): Promise<boolean> {
    const published = this.#options.onPublish?.(publications);
    try {
      await claim.publish(publications, upTo);
    } catch (error) {
      if (!(error instanceof EventoError) || error.code !== "RECORD_TOO_LARGE") throw error;
      const [only, ...more] = publications;
      if (only !== undefined && more.length === 0) this.#refuse(only, error);
      else this.#eventsMax = Math.max(1, Math.floor(publications.length / 2));
      return false;
    }
    published?.();
    this.#transactions += 1;
    this.#published += publications.length;
    if (this.#refused !== undefined && this.#refused <= upTo) {
      this.#passedOver += 1;
      this.#refused = undefined;
    }
    this.#eventsMax = Math.min(publishEventsMax, this.#eventsMax * 2);
    return true;
  }

  /** An event that the topic never takes must not hold up those behind it, nor go missing unseen. */
  #refuse({ id, position, value }: Publication, error: EventoError): void {
    this.#refused = position;
    this.#options.onNotice(
      new EventoError(
        "EVENT_NOT_PUBLISHED",
        `found event ${id} at position ${position} with ${value.length} bytes, which the topic does not take: ${error.message}`,
        { hint: "it is in the log; raise the topic's max.message.bytes for those to come", cause: error },
      ),
    );
  }
}
