// Given / when / then tests of a function, without a server: the module that will be deployed runs in the test.
//
//   const account = await functionUnderTest(import.meta.dirname);
//
//   test("a deposit raises the balance", (t) => {
//     const { events, state } = account.given([opened]).when({ command_type: "ReceiveDeposit", payload: { amount: "5.00" } });
//     t.deepEqual(events, [{ entity: "checking:1", event_type: "DepositReceived", payload: { … } }]);
//   });
import { decodeCommandDrafts, decodeEventDrafts } from "../host/domain/draft-codec.ts";
import { encodeCommand, encodeDispatchedEvent, encodeEvents } from "../host/domain/envelope-codec.ts";
import { entityTypeOf } from "../host/domain/entity-id.ts";
import type { Event } from "../host/domain/envelope.ts";
import { commandsPerEventMax, eventsPerCommandMax } from "../host/limits.ts";
import type { AggregateSchema } from "../host/schemas/aggregate-schema.ts";
import type { RecordCodec } from "../host/schemas/record-codec.ts";
import { buildFunction } from "./build-function.ts";
import { CoreInstance, type LogLine } from "./core-instance.ts";

/** An event as a test writes it: the payload in JSON form; about the aggregate's root unless it says otherwise. */
export type GivenEvent = { readonly event_type: string; readonly payload?: unknown; readonly entity?: string };

export type GivenCommand = {
  readonly command_type: string;
  readonly payload?: unknown;
  readonly entity?: string;
  /** Milliseconds since 1970, or ISO 8601. */
  readonly time?: number | string;
};

export type DraftOfEvent = { readonly entity: string; readonly event_type: string; readonly payload: unknown };
export type DraftOfCommand = {
  readonly entity: string;
  readonly command_type: string;
  readonly payload: unknown;
  /** ISO 8601. */
  readonly not_before?: string;
};

export type Outcome = {
  /** What the handler answered, payloads in JSON form; empty when it failed. */
  readonly events: readonly DraftOfEvent[];
  /** The aggregate after these events, in JSON form; null when there is none, or no aggregator beside the handler. */
  readonly state: unknown;
  /** Why it failed without an event; undefined when it did not. */
  readonly failure: string | undefined;
  readonly log: readonly LogLine[];
};

export type Dispatched = {
  readonly commands: readonly DraftOfCommand[];
  readonly failure: string | undefined;
  readonly log: readonly LogLine[];
};

const start = Date.UTC(2026, 0, 1);

/** Builds the handler and aggregator in a folder for its tests. @throws EventoError BUILD_FAILED */
export async function functionUnderTest(directory: string): Promise<AggregateUnderTest> {
  const built = await buildFunction(directory);
  if (built.kind !== "component" || built.manifest.kind !== "aggregate")
    throw new Error(`${directory} holds no handler or aggregator: test a dispatcher with dispatcherUnderTest`);
  return new AggregateUnderTest(
    new CoreInstance(built.core),
    built.manifest.schema,
    `${built.manifest.schema.rootEntityType}:1`,
    null,
    0,
  );
}

/** Builds the dispatcher in a folder for its tests. @throws EventoError BUILD_FAILED */
export async function dispatcherUnderTest(directory: string): Promise<DispatcherUnderTest> {
  const built = await buildFunction(directory);
  if (built.kind !== "component" || built.manifest.kind !== "dispatcher")
    throw new Error(`${directory} holds no dispatcher`);
  return new DispatcherUnderTest(new CoreInstance(built.core), built.manifest.schemas);
}

/** An aggregate in some state, and the function in charge of it. */
export class AggregateUnderTest {
  readonly #core: CoreInstance;
  readonly #schema: AggregateSchema;
  readonly #aggregate: string;
  readonly #state: Uint8Array | null;
  readonly #sequence: number;

  constructor(
    core: CoreInstance,
    schema: AggregateSchema,
    aggregate: string,
    state: Uint8Array | null,
    sequence: number,
  ) {
    this.#core = core;
    this.#schema = schema;
    this.#aggregate = aggregate;
    this.#state = state;
    this.#sequence = sequence;
  }

  /** The same with another root; the default is `type:1`. */
  named(aggregate: string): AggregateUnderTest {
    return new AggregateUnderTest(this.#core, this.#schema, aggregate, this.#state, this.#sequence);
  }

  /** The aggregate after further events, folded by the aggregator. Throws when it can't fold them. */
  given(events: readonly GivenEvent[]): AggregateUnderTest {
    if (events.length === 0) return this;
    const drafts = events.map(({ event_type, entity, payload = {} }) => ({
      event_type,
      entity: entity ?? this.#aggregate,
      payload: codecOf(this.#schema.events, event_type).fromJson(payload, "payload"),
    }));
    return this.#after(drafts, "given");
  }

  /** The state in JSON form; null when there is none. */
  get state(): unknown {
    return this.#state === null ? null : this.#schema.root.toJson(this.#state);
  }

  /** What a command leads to. */
  when(command: GivenCommand): Outcome {
    this.#core.takeLog();
    const { command_type, payload = {}, time = start } = command;
    const id = "command";
    const answer = this.#core.handle(
      encodeCommand({
        id,
        command_type,
        entity: command.entity ?? this.#aggregate,
        aggregate: this.#aggregate,
        aggregate_type: this.#schema.name,
        time: typeof time === "string" ? Date.parse(time) : time,
        cause: { kind: "external", id },
        root_cause: id,
        depth: 0,
        payload: codecOf(this.#schema.commands, command_type).fromJson(payload, "payload"),
      }),
      this.#state,
    );
    if (answer.kind === "failed")
      return { events: [], state: this.state, failure: answer.reason, log: this.#core.takeLog() };
    const drafts = decodeEventDrafts(answer.bytes, eventsPerCommandMax);
    for (const { entity } of drafts) this.#requireOwn(entity);
    const events = drafts.map(({ entity, event_type, payload: bytes }) => ({
      entity,
      event_type,
      payload: codecOf(this.#schema.events, event_type).toJson(bytes),
    }));
    const state = this.#core.has("aggregate") ? this.#after(drafts, "its own").state : null;
    return { events, state, failure: undefined, log: this.#core.takeLog() };
  }

  #after(
    drafts: readonly { event_type: string; entity: string; payload: Uint8Array }[],
    whose: string,
  ): AggregateUnderTest {
    const events = drafts.map((draft, index): Event => ({
      ...draft,
      id: `event-${this.#sequence + index + 1}`,
      aggregate: this.#aggregate,
      aggregate_type: this.#schema.name,
      sequence: this.#sequence + index + 1,
      position: 0,
      time: start,
      cause: { kind: "command", id: "command" },
      root_cause: "command",
      depth: 1,
    }));
    const answer = this.#core.aggregate(this.#state, encodeEvents(events));
    if (answer.kind === "failed") throw new Error(`the aggregator could not fold ${whose} events: ${answer.reason}`);
    this.#schema.root.check(answer.bytes);
    return new AggregateUnderTest(
      this.#core,
      this.#schema,
      this.#aggregate,
      answer.bytes,
      this.#sequence + drafts.length,
    );
  }

  #requireOwn(entity: string): void {
    const type = this.#schema.entityTypes.get(entityTypeOf(entity));
    if (type === undefined || (type.kind === "root" && entity !== this.#aggregate))
      throw new Error(`the handler answered an event about ${entity}, which is not in ${this.#aggregate}`);
  }
}

export class DispatcherUnderTest {
  readonly #core: CoreInstance;
  readonly #schemas: readonly AggregateSchema[];

  constructor(core: CoreInstance, schemas: readonly AggregateSchema[]) {
    this.#core = core;
    this.#schemas = schemas;
  }

  /**
   * What an event leads to.
   *
   * @param event - about the root unless `aggregate` says to which root the entity belongs; `type` as `Aggregate.Event`.
   */
  when(event: {
    readonly type: string;
    readonly entity: string;
    readonly aggregate?: string;
    readonly payload?: unknown;
    readonly depth?: number;
    readonly time?: number | string;
    readonly referrers?: readonly string[];
  }): Dispatched {
    this.#core.takeLog();
    const [aggregateType = "", eventType = ""] = event.type.split(".");
    const schema = this.#schemas.find(({ name }) => name === aggregateType);
    if (schema === undefined) throw new Error(`the dispatcher has no schema of ${aggregateType}`);
    const { payload = {}, depth = 1, time = start } = event;
    const encoded = encodeDispatchedEvent(
      {
        id: "event",
        event_type: eventType,
        entity: event.entity,
        aggregate: event.aggregate ?? event.entity,
        aggregate_type: aggregateType,
        sequence: 1,
        position: 1,
        time: typeof time === "string" ? Date.parse(time) : time,
        cause: { kind: "command", id: "command" },
        root_cause: "command",
        depth,
        payload: codecOf(schema.events, eventType).fromJson(payload, "payload"),
      },
      event.referrers ?? [],
    );
    const answer = this.#core.dispatch(encoded);
    if (answer.kind === "failed") return { commands: [], failure: answer.reason, log: this.#core.takeLog() };
    const commands = decodeCommandDrafts(answer.bytes, commandsPerEventMax).map(
      ({ entity, command_type, payload: bytes, not_before }) => ({
        entity,
        command_type,
        payload: codecOf(this.#targetOf(entity).commands, command_type).toJson(bytes),
        ...(not_before === null ? {} : { not_before: new Date(not_before).toISOString() }),
      }),
    );
    return { commands, failure: undefined, log: this.#core.takeLog() };
  }

  #targetOf(entity: string): AggregateSchema {
    const schema = this.#schemas.find(({ entityTypes }) => entityTypes.has(entityTypeOf(entity)));
    if (schema === undefined)
      throw new Error(`the dispatcher answered a command to ${entity}, of which it has no schema`);
    return schema;
  }
}

function codecOf(codecs: ReadonlyMap<string, RecordCodec>, type: string): RecordCodec {
  const codec = codecs.get(type);
  if (codec === undefined) throw new Error(`found the type ${type}, expected one of ${[...codecs.keys()].join(", ")}`);
  return codec;
}
