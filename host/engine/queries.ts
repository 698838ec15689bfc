// What can be asked: states now and then, events, commands. Answers show what is durable and nothing else.
import { entityTypeOf } from "../domain/entity-id.ts";
import { hostAggregate, hostAggregateType } from "../domain/host-schema.ts";
import { emptyHost, foldHost, hostStateJson } from "../domain/host-state.ts";
import { EventoError } from "../errors.ts";
import { pageBytesMax, pageRowsMax } from "../limits.ts";
import type { AggregateEntry, EventFilter, Journal } from "../ports/journal.ts";
import type { Deployments, InCharge } from "./deployments.ts";
import type { Folding } from "./folding.ts";
import { hostHistory } from "./host-stream.ts";
import type { Folded } from "./mailbox.ts";
import type { Mailboxes } from "./mailboxes.ts";
import type { Memberships } from "./memberships.ts";
import { commandViewOf, eventJsonOf, type AggregateView, type CommandView, type EventJson } from "./views.ts";

/** A place in an aggregate's past: after an event by sequence, or what was known at a time in milliseconds since 1970. */
export type Moment =
  | { readonly kind: "sequence"; readonly sequence: number }
  | { readonly kind: "time"; readonly time: number };

export type EventQuery = {
  readonly after: number;
  readonly filter?: EventFilter;
  /** Bytes of payloads after which the page ends, `pageBytesMax` when left out. */
  readonly bytesMax?: number;
  /** Whether events of a type of aggregate are shown; all are when left out. */
  readonly sees?: (aggregateType: string) => boolean;
};

export type EventPage = {
  readonly events: readonly EventJson[];
  /** Where to go on: the position up to which the log was looked at. */
  readonly scannedTo: number;
};

export type CommandPage = {
  readonly commands: readonly CommandView[];
  /** The id to go on after; null when there are no more. */
  readonly next: string | null;
};

/** Events that one page looks at when a filter matches few of them. */
const scanLimit = 50_000;

export class Queries {
  readonly #journal: Journal;
  readonly #deployments: Deployments;
  readonly #folding: Folding;
  readonly #mailboxes: Mailboxes;
  readonly #memberships: Memberships;

  constructor(given: {
    journal: Journal;
    deployments: Deployments;
    folding: Folding;
    mailboxes: Mailboxes;
    memberships: Memberships;
  }) {
    this.#journal = given.journal;
    this.#deployments = given.deployments;
    this.#folding = given.folding;
    this.#mailboxes = given.mailboxes;
    this.#memberships = given.memberships;
  }

  /** @throws EventoError COMMAND_UNKNOWN */
  async command(id: string): Promise<CommandView> {
    const record = await this.#journal.command(id);
    if (record === undefined) throw commandUnknown(id);
    return commandViewOf(record, this.#deployments);
  }

  /** Commands in a status, ordered by id, after an id: at most `limit`, and no more once they are `pageBytesMax` long. */
  async commandsIn(status: "pending" | "parked", page: { after: string; limit: number }): Promise<CommandPage> {
    const limit = Math.min(page.limit, pageRowsMax);
    const records = await this.#journal.commandsIn(status, { after: page.after, limit, bytesMax: pageBytesMax });
    // They have no events yet, so that their own payloads are all that the journal counts.
    const bytes = records.reduce((sum, { command }) => sum + command.payload.length, 0);
    const last = records.length >= limit || bytes >= pageBytesMax ? records.at(-1) : undefined;
    return {
      commands: records.map((record) => commandViewOf(record, this.#deployments)),
      next: last?.command.id ?? null,
    };
  }

  /** @throws EventoError EVENT_UNKNOWN */
  async event(id: string): Promise<EventJson> {
    const event = await this.#journal.event(id);
    if (event === undefined) throw eventUnknown(id);
    return eventJsonOf(event, this.#deployments);
  }

  /** Events in log order after a position: at most `limit`, and no more once their payloads are `pageBytesMax` long. */
  async events(query: EventQuery & { readonly limit: number }): Promise<EventPage> {
    const { sees = () => true, bytesMax = pageBytesMax } = query;
    const limit = Math.min(query.limit, pageRowsMax);
    const events: EventJson[] = [];
    let { after } = query;
    let bytes = 0;
    while (events.length < limit && after < query.after + scanLimit) {
      const read = await this.#journal.events({
        ...query,
        after,
        limit: limit - events.length,
        bytesMax: bytesMax - bytes,
        scanLimit: query.after + scanLimit - after,
      });
      for (const event of read.events) {
        if (!sees(event.aggregate_type)) continue;
        events.push(eventJsonOf(event, this.#deployments));
        bytes += event.payload.length;
        if (bytes >= bytesMax) return { events, scannedTo: event.position };
      }
      if (read.scannedTo === after) break;
      after = read.scannedTo;
    }
    return { events, scannedTo: after };
  }

  /** Events after a position and, as they happen, those to come, in pages that are never empty; ends with the signal. */
  async *follow(query: EventQuery & { readonly signal: AbortSignal }): AsyncGenerator<EventPage> {
    let { after } = query;
    let wake = (): void => {};
    const unwatch = this.#journal.watch(() => wake());
    const stop = (): void => wake();
    query.signal.addEventListener("abort", stop);
    try {
      while (!query.signal.aborted) {
        // Made before the look, so that what comes in between is not missed.
        const { promise: news, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const { signal: _, ...what } = query;
        const page = await this.events({ ...what, after, limit: 500 });
        if (page.events.length > 0) yield page;
        else if (page.scannedTo === after && !query.signal.aborted) await news;
        after = page.scannedTo;
      }
    } finally {
      unwatch();
      query.signal.removeEventListener("abort", stop);
    }
  }

  /** Ids and sequences of a type's aggregates, ordered by id, after an id. @throws EventoError AGGREGATE_TYPE_UNKNOWN */
  async aggregates(aggregateType: string, page: { after: string; limit: number }): Promise<readonly AggregateEntry[]> {
    if (this.#deployments.latestSchema(aggregateType) === undefined)
      throw new EventoError(
        "AGGREGATE_TYPE_UNKNOWN",
        `found the aggregate type ${JSON.stringify(aggregateType.slice(0, 200))}, expected one of ${this.#deployments.aggregateTypes().join(", ") || "none yet"}`,
      );
    return this.#journal.aggregates(aggregateType, { ...page, limit: Math.min(page.limit, pageRowsMax) });
  }

  /**
   * The aggregate that an entity is or belongs to, now or at a moment.
   *
   * @throws EventoError AGGREGATE_UNKNOWN; NO_AGGREGATOR when nothing deployed can fold it; FOLD_FAILED.
   */
  async aggregate(entity: string, moment?: Moment): Promise<AggregateView> {
    const aggregateType = this.#deployments.aggregateTypeOf(entityTypeOf(entity));
    const schema = aggregateType === undefined ? undefined : this.#deployments.latestSchema(aggregateType);
    if (aggregateType === undefined || schema === undefined) throw unknownAggregate(entity);
    const isRoot = entityTypeOf(entity) === schema.rootEntityType;
    const aggregate = isRoot ? entity : await this.#memberships.aggregateOf(entity);
    if (aggregate === undefined) throw unknownAggregate(entity);
    if (aggregateType === hostAggregateType) return this.#host(entity, moment);
    const aggregator = this.#deployments.aggregatorOf(aggregateType);
    if (aggregator === undefined)
      throw new EventoError("NO_AGGREGATOR", `found no function that aggregates ${aggregateType}`, {
        hint: `deploy an aggregator of ${aggregateType}`,
      });
    const folded = await this.#folded(aggregate, aggregator, moment);
    if (folded.state === null) throw unknownAggregate(entity, moment);
    return {
      aggregate,
      aggregate_type: aggregateType,
      sequence: folded.sequence,
      state: aggregator.schema.root.toJson(folded.state),
    };
  }

  async #folded(aggregate: string, aggregator: InCharge, moment: Moment | undefined): Promise<Folded> {
    if (moment !== undefined) {
      const sequence = await this.#sequenceAt(aggregate, moment);
      return this.#folding.at(aggregate, aggregator, sequence);
    }
    const mailbox = this.#mailboxes.get(aggregate);
    const folded = mailbox?.folded;
    if (
      mailbox === undefined ||
      folded?.aggregator_digest !== aggregator.fn.digest ||
      folded.schema !== aggregator.schema.fingerprint
    )
      return this.#folding.latest(aggregate, aggregator);
    // What a turn left may be ahead of the disk: it is shown when it is there.
    await mailbox.durable;
    return folded;
  }

  async #sequenceAt(aggregate: string, moment: Moment): Promise<number> {
    const last = await this.#journal.sequence(aggregate);
    if (moment.kind === "sequence") {
      if (moment.sequence > last)
        throw new EventoError(
          "SEQUENCE_UNKNOWN",
          `found ${aggregate} at sequence ${last}, expected at least ${moment.sequence}`,
        );
      return moment.sequence;
    }
    // Times do not go back within an aggregate: the last event not after the moment is found by halving.
    let known = 0;
    let above = last + 1;
    while (above - known > 1) {
      const middle = Math.floor((known + above) / 2);
      const [event] = await this.#journal.stream(aggregate, { after: middle - 1, limit: 1 });
      if (event !== undefined && event.time <= moment.time) known = middle;
      else above = middle;
    }
    return known;
  }

  /** Evento's own aggregate: folded here, since no function could. */
  async #host(entity: string, moment: Moment | undefined): Promise<AggregateView> {
    if (entity !== hostAggregate) throw unknownAggregate(entity);
    const until = moment === undefined ? Number.MAX_SAFE_INTEGER : await this.#sequenceAt(hostAggregate, moment);
    let state = emptyHost;
    let sequence = 0;
    for await (const record of hostHistory(this.#journal, { after: 0 })) {
      if (record.sequence > until) break;
      state = foldHost(state, record.event, record.position);
      sequence = record.sequence;
    }
    if (sequence === 0) throw unknownAggregate(entity, moment);
    return { aggregate: hostAggregate, aggregate_type: hostAggregateType, sequence, state: hostStateJson(state) };
  }
}

export function commandUnknown(id: string): EventoError {
  return new EventoError("COMMAND_UNKNOWN", `found no command with the id ${JSON.stringify(id.slice(0, 200))}`);
}

export function eventUnknown(id: string): EventoError {
  return new EventoError("EVENT_UNKNOWN", `found no event with the id ${JSON.stringify(id.slice(0, 200))}`);
}

function unknownAggregate(entity: string, moment?: Moment): EventoError {
  return new EventoError(
    "AGGREGATE_UNKNOWN",
    `found no aggregate of ${entity}${moment === undefined ? "" : " at that moment"}`,
  );
}
