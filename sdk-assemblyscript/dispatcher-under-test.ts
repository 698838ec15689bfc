// A dispatcher in a test. What it answers is held against the schemas that it was built with.
import { decodeCommandDrafts } from "../host/domain/draft-codec.ts";
import { encodeDispatchedEvent } from "../host/domain/envelope-codec.ts";
import { entityTypeOf } from "../host/domain/entity-id.ts";
import type { CommandDraft } from "../host/domain/envelope.ts";
import { EventoError } from "../host/errors.ts";
import { commandsPerEventMax } from "../host/limits.ts";
import type { AggregateSchema } from "../host/schemas/aggregate-schema.ts";
import type { CoreInstance, LogLine } from "./core-instance.ts";
import { codecOf, millisecondsOf, testTime, type TestTime } from "./test-values.ts";

/** An event as a test writes it. */
export type DispatchedTestEvent = {
  /** `Aggregate.Event`. */
  readonly type: string;
  readonly entity: string;
  /** The root of the entity's aggregate, when it is another than the entity. */
  readonly aggregate?: string;
  readonly payload?: unknown;
  readonly depth?: number;
  readonly time?: TestTime;
  /** Aggregates whose state refers to the entity. */
  readonly referrers?: readonly string[];
};

export type OutcomeCommand = {
  readonly entity: string;
  readonly command_type: string;
  readonly payload: unknown;
  /** ISO 8601. */
  readonly not_before?: string;
};

export type Dispatched = {
  /** Payloads in JSON form; empty when it failed. */
  readonly commands: readonly OutcomeCommand[];
  readonly failure: string | undefined;
  readonly log: readonly LogLine[];
};

export class DispatcherUnderTest {
  readonly #core: CoreInstance;
  readonly #schemas: readonly AggregateSchema[];

  constructor({ core, schemas }: { core: CoreInstance; schemas: readonly AggregateSchema[] }) {
    this.#core = core;
    this.#schemas = schemas;
  }

  /** What an event leads to. */
  when(event: DispatchedTestEvent): Dispatched {
    const encoded = this.#encoded(event);
    this.#core.takeLog();
    const answer = this.#core.dispatch(encoded);
    if (answer.kind === "failed") return this.#failed(answer.reason);
    try {
      const drafts = decodeCommandDrafts(answer.bytes, commandsPerEventMax);
      const commands = drafts.map((draft) => this.#outcomeOf(draft));
      return { commands, failure: undefined, log: this.#core.takeLog() };
    } catch (error) {
      if (!(error instanceof EventoError)) throw error;
      return this.#failed(error.message);
    }
  }

  #encoded({
    type,
    entity,
    aggregate = entity,
    payload = {},
    depth = 1,
    time = testTime,
    referrers = [],
  }: DispatchedTestEvent): Uint8Array {
    const [aggregateType = "", eventType = ""] = type.split(".");
    const schema = this.#schemas.find(({ name }) => name === aggregateType);
    if (schema === undefined)
      throw new Error(
        `found an event of ${aggregateType}, expected one of ${this.#schemas.map(({ name }) => name).join(", ")}`,
      );
    return encodeDispatchedEvent(
      {
        id: "event",
        event_type: eventType,
        entity,
        aggregate,
        aggregate_type: aggregateType,
        sequence: 1,
        position: 1,
        time: millisecondsOf(time),
        cause: { kind: "command", id: "command" },
        root_cause: "command",
        depth,
        payload: codecOf(schema.events, eventType).fromJson(payload, "payload"),
      },
      referrers,
    );
  }

  #outcomeOf({ entity, command_type, payload, not_before }: CommandDraft): OutcomeCommand {
    const entityType = entityTypeOf(entity);
    const schema = this.#schemas.find(({ entityTypes }) => entityTypes.has(entityType));
    const codec = schema?.commands.get(command_type);
    if (codec === undefined)
      throw new EventoError(
        "DRAFTS_INVALID",
        `found the command ${command_type} to ${entity}, expected one of its schema`,
      );
    codec.check(payload);
    return {
      entity,
      command_type,
      payload: codec.toJson(payload),
      ...(not_before === null ? {} : { not_before: new Date(not_before).toISOString() }),
    };
  }

  #failed(failure: string): Dispatched {
    return { commands: [], failure, log: this.#core.takeLog() };
  }
}
