// The way in for commands and events from outside: a draft becomes an envelope with a checked payload, or a clear refusal
// that leaves no trace. A known id is answered from its record.
import { isChosenId } from "../domain/derived-id.ts";
import { entityTypeOf } from "../domain/entity-id.ts";
import type { Command, EventDraft, StoredEvent } from "../domain/envelope.ts";
import { hostAggregateType } from "../domain/host-schema.ts";
import { EventoError } from "../errors.ts";
import type { Chance } from "../ports/clock.ts";
import type { DiskRoom } from "../ports/disk.ts";
import type { CommandRecord, Journal } from "../ports/journal.ts";
import type { AggregateSchema } from "../schemas/aggregate-schema.ts";
import type { RecordCodec } from "../schemas/record-codec.ts";
import { commandEntryOf } from "./commit.ts";
import type { Deployments } from "./deployments.ts";
import type { InFlight } from "./in-flight.ts";
import type { LogClock } from "./log-clock.ts";
import type { Mailboxes } from "./mailboxes.ts";
import type { Memberships } from "./memberships.ts";
import { PendingCommand, PendingEvent } from "./pending.ts";
import type { Turns } from "./turns.ts";

/** What a client posts as a command; the payload in plain JSON form. */
export type CommandPost = {
  readonly id?: string | undefined;
  readonly entity: string;
  readonly command_type: string;
  readonly payload: unknown;
  readonly expected_sequence?: number | undefined;
  /** Id of the call that brings it, such as its `traceparent`; the draft's own id when left out. */
  readonly call?: string | undefined;
};

/** What a client posts as an event from outside. */
export type EventPost = {
  readonly id?: string | undefined;
  readonly entity: string;
  readonly event_type: string;
  readonly payload: unknown;
  /** As of a command. */
  readonly call?: string | undefined;
};

/** A command that is on its way, or one that ended before. */
export type CommandIntake =
  | { readonly kind: "pending"; readonly pending: PendingCommand }
  | { readonly kind: "known"; readonly record: CommandRecord };

export type EventIntake =
  | { readonly kind: "pending"; readonly pending: PendingEvent }
  | { readonly kind: "known"; readonly event: StoredEvent };

type Target = { readonly aggregate: string; readonly aggregateType: string };

export class Intake {
  readonly #journal: Journal;
  readonly #chance: Chance;
  readonly #clock: LogClock;
  readonly #deployments: Deployments;
  readonly #disk: DiskRoom;
  readonly #inFlight: InFlight;
  readonly #mailboxes: Mailboxes;
  readonly #memberships: Memberships;
  readonly #turns: Turns;
  /** Events from outside between intake and end, by id, so that the same id sent twice at once is one event. */
  readonly #events = new Map<string, PendingEvent>();

  constructor(given: {
    journal: Journal;
    chance: Chance;
    clock: LogClock;
    deployments: Deployments;
    disk: DiskRoom;
    inFlight: InFlight;
    mailboxes: Mailboxes;
    memberships: Memberships;
    turns: Turns;
  }) {
    this.#journal = given.journal;
    this.#chance = given.chance;
    this.#clock = given.clock;
    this.#deployments = given.deployments;
    this.#disk = given.disk;
    this.#inFlight = given.inFlight;
    this.#mailboxes = given.mailboxes;
    this.#memberships = given.memberships;
    this.#turns = given.turns;
  }

  /**
   * Takes a command in.
   *
   * @throws EventoError ENTITY_ID_INVALID, ENTITY_TYPE_UNKNOWN, ENTITY_UNKNOWN, COMMAND_TYPE_UNKNOWN, PAYLOAD_INVALID,
   *   NO_HANDLER, ID_INVALID, ID_CONFLICT; HOST_OVERLOADED, DISK_LOW and MAILBOX_FULL (retryable).
   */
  async command(post: CommandPost): Promise<CommandIntake> {
    // A known id comes first: it is answered even when nothing handles its type any more.
    const known = post.id === undefined ? undefined : await this.#knownCommand(post.id, post);
    if (known !== undefined) return known;
    const aggregateType = this.#aggregateTypeOf(post.entity);
    const schema = this.#schemaForCommands(aggregateType);
    const codec = schema.commands.get(post.command_type);
    if (codec === undefined) throw typeUnknown("COMMAND", post.command_type, aggregateType, schema.commands);
    const payload = codec.fromJson(post.payload, "payload");
    const { aggregate } = await this.#targetOf(post.entity, aggregateType, schema);
    this.#inFlight.requireRoom();
    this.#disk.requireRoom();
    this.#requireRoomFor(aggregate);
    const id = post.id ?? this.#chance.id();
    // The look-ups above took time: the same id may have come in meanwhile.
    const rival = this.#inFlight.get(id);
    if (rival !== undefined) return samePending(rival, post);
    const command: Command = {
      id,
      command_type: post.command_type,
      entity: post.entity,
      aggregate,
      aggregate_type: aggregateType,
      time: this.#clock.now(),
      cause: { kind: "external", id: post.call ?? id },
      root_cause: id,
      depth: 0,
      payload,
    };
    return this.#accept(
      new PendingCommand({
        command,
        schema,
        expectedSequence: post.expected_sequence,
        hasNewId: post.id === undefined,
      }),
    );
  }

  /**
   * Takes an event from outside in.
   *
   * @throws EventoError as `command`, with EVENT_TYPE_UNKNOWN and NO_AGGREGATOR.
   */
  async event(post: EventPost): Promise<EventIntake> {
    const known = post.id === undefined ? undefined : await this.#knownEvent(post.id, post);
    if (known !== undefined) return { kind: "known", event: known };
    const aggregateType = this.#aggregateTypeOf(post.entity);
    const aggregator = this.#deployments.aggregatorOf(aggregateType);
    if (aggregator === undefined)
      throw new EventoError("NO_AGGREGATOR", `found no function that aggregates ${aggregateType}`, {
        hint: `deploy an aggregator of ${aggregateType}`,
      });
    const { schema } = aggregator;
    const codec = schema.events.get(post.event_type);
    if (codec === undefined) throw typeUnknown("EVENT", post.event_type, aggregateType, schema.events);
    const payload = codec.fromJson(post.payload, "payload");
    const { aggregate } = await this.#targetOf(post.entity, aggregateType, schema);
    this.#disk.requireRoom();
    this.#requireRoomFor(aggregate);
    const id = post.id ?? this.#chance.id();
    const rival = this.#events.get(id);
    if (rival !== undefined) {
      requireSame(id, sameEvent(rival.draft, rival.schema, post));
      return { kind: "pending", pending: rival };
    }
    const draft = { entity: post.entity, event_type: post.event_type, payload };
    const pending = new PendingEvent({ id, call: post.call, draft, schema });
    this.#events.set(id, pending);
    void pending.settled.finally(() => this.#events.delete(id));
    this.#turns.deliverEvent(pending, this.#mailboxes.use(aggregate, aggregateType));
    return { kind: "pending", pending };
  }

  #accept(pending: PendingCommand): CommandIntake {
    this.#inFlight.add(pending);
    // A command that expects a sequence leaves no trace when it finds another: it is in the log only once its turn has come.
    if (pending.expectedSequence === undefined) {
      pending.durable = this.#journal.append([commandEntryOf(pending)]).durable;
      pending.accepted = true;
    }
    // The turn need not wait for the disk: its events come after the command in the log, and nobody is told before they are there.
    this.#turns.deliver(pending);
    return { kind: "pending", pending };
  }

  #aggregateTypeOf(entity: string): string {
    const entityType = entityTypeOf(entity);
    const aggregateType = this.#deployments.aggregateTypeOf(entityType);
    if (aggregateType === undefined || aggregateType === hostAggregateType)
      throw new EventoError(
        "ENTITY_TYPE_UNKNOWN",
        `found the entity type ${entityType}, expected one of a registered schema`,
        {
          hint: "deploy a function or PUT /schemas with the aggregate that this entity belongs to",
          faults: [{ path: "entity", message: `has the unknown type ${entityType}` }],
        },
      );
    return aggregateType;
  }

  #schemaForCommands(aggregateType: string): AggregateSchema {
    const handler = this.#deployments.handlerOf(aggregateType);
    if (handler !== undefined) return handler.schema;
    throw new EventoError("NO_HANDLER", `found no function that handles commands of ${aggregateType}`, {
      hint: `deploy a handler of ${aggregateType}`,
    });
  }

  async #targetOf(entity: string, aggregateType: string, schema: AggregateSchema): Promise<Target> {
    if (entityTypeOf(entity) === schema.rootEntityType) return { aggregate: entity, aggregateType };
    const aggregate = await this.#memberships.aggregateOf(entity);
    if (aggregate === undefined)
      throw new EventoError(
        "ENTITY_UNKNOWN",
        `found ${entity}, which no aggregate holds, expected an entity that an event was about`,
        {
          hint: `an entity inside ${aggregateType} comes to be by an event of its aggregate`,
          faults: [{ path: "entity", message: "is not known" }],
        },
      );
    return { aggregate, aggregateType };
  }

  #requireRoomFor(aggregate: string): void {
    const mailbox = this.#mailboxes.get(aggregate);
    if (mailbox?.full === true)
      throw new EventoError(
        "MAILBOX_FULL",
        `found ${mailbox.length} commands waiting for ${aggregate}, expected fewer`,
        {
          retryable: true,
          hint: "try again after a while, or send less at once for one aggregate",
        },
      );
  }

  async #knownCommand(id: string, post: CommandPost): Promise<CommandIntake | undefined> {
    if (!isChosenId(id)) throw idInvalid(id);
    const pending = this.#inFlight.get(id);
    if (pending !== undefined) return samePending(pending, post);
    const record = await this.#journal.command(id);
    if (record === undefined) return undefined;
    const { command } = record;
    const schema = this.#deployments.schema(command.aggregate_type, record.schema);
    requireSame(id, sameCommand(command, schema, post));
    return { kind: "known", record };
  }

  async #knownEvent(id: string, post: EventPost): Promise<StoredEvent | undefined> {
    if (!isChosenId(id)) throw idInvalid(id);
    const event = await this.#journal.event(id);
    if (event === undefined) return undefined;
    requireSame(id, sameEvent(event, this.#deployments.schema(event.aggregate_type, event.schema), post));
    return event;
  }
}

function samePending(pending: PendingCommand, post: CommandPost): CommandIntake {
  requireSame(pending.command.id, sameCommand(pending.command, pending.schema, post));
  return { kind: "pending", pending };
}

function sameCommand(command: Command, schema: AggregateSchema, post: CommandPost): boolean {
  if (command.entity !== post.entity || command.command_type !== post.command_type) return false;
  return samePayload(schema.commands.get(command.command_type), post.payload, command.payload);
}

function sameEvent(event: EventDraft, schema: AggregateSchema, post: EventPost): boolean {
  if (event.entity !== post.entity || event.event_type !== post.event_type) return false;
  return samePayload(schema.events.get(event.event_type), post.payload, event.payload);
}

/** The payload sent again, in the version of the schema that the first was stored in: equal bytes are equal content. */
function samePayload(codec: RecordCodec | undefined, payload: unknown, stored: Uint8Array): boolean {
  if (codec === undefined) return false;
  try {
    return Buffer.compare(codec.fromJson(payload, "payload"), stored) === 0;
  } catch (error) {
    if (error instanceof EventoError) return false;
    throw error;
  }
}

function requireSame(id: string, same: boolean): void {
  if (same) return;
  throw new EventoError(
    "ID_CONFLICT",
    `found the id ${id} with other content than it was first sent with, expected the same or a new id`,
    {
      hint: "an id stands for one content for ever",
      faults: [{ path: "id", message: "was used for other content" }],
    },
  );
}

function idInvalid(id: string): EventoError {
  return new EventoError(
    "ID_INVALID",
    `found the id ${JSON.stringify(id.slice(0, 200))}, expected 1 to 128 characters of [A-Za-z0-9._~:@=+-]`,
    {
      faults: [{ path: "id", message: "is not of the form of an id" }],
    },
  );
}

function typeUnknown(
  kind: "COMMAND" | "EVENT",
  type: string,
  aggregateType: string,
  known: ReadonlyMap<string, RecordCodec>,
): EventoError {
  const field = kind === "COMMAND" ? "command_type" : "event_type";
  const names = [...known.keys()].join(", ") || "none at all";
  return new EventoError(
    `${kind}_TYPE_UNKNOWN`,
    `found ${field} ${JSON.stringify(type.slice(0, 200))}, expected one of ${aggregateType}: ${names}`,
    {
      faults: [{ path: field, message: `is not one of ${aggregateType}` }],
    },
  );
}
