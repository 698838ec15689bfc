// An aggregate in a test, in the hands of its function. What the function answers is held against the schema as a host does.
import { encodeCommand, encodeEvents } from "../host/domain/envelope-codec.ts";
import type { Event, EventDraft } from "../host/domain/envelope.ts";
import { checkedEventDrafts } from "../host/engine/event-drafts.ts";
import { EventoError } from "../host/errors.ts";
import type { AggregateSchema } from "../host/schemas/aggregate-schema.ts";
import type { CoreInstance, LogLine } from "./core-instance.ts";
import { codecOf, millisecondsOf, testTime, type TestTime } from "./test-values.ts";

/** An event as a test writes it: the payload in JSON form; about the aggregate's root unless it says otherwise. */
export type GivenEvent = {
  readonly event_type: string;
  readonly payload?: unknown;
  readonly entity?: string;
  readonly time?: TestTime;
};

export type GivenCommand = {
  readonly command_type: string;
  readonly payload?: unknown;
  readonly entity?: string;
  readonly time?: TestTime;
};

export type OutcomeEvent = { readonly entity: string; readonly event_type: string; readonly payload: unknown };

export type Outcome = {
  /** What the handler answered, payloads in JSON form; empty when it failed. */
  readonly events: readonly OutcomeEvent[];
  /** The aggregate after these events, in JSON form; null when there is none, or no aggregator beside the handler. */
  readonly state: unknown;
  /** Why it failed without an event; undefined when it did not. */
  readonly failure: string | undefined;
  readonly log: readonly LogLine[];
};

type Subject = {
  readonly core: CoreInstance;
  readonly schema: AggregateSchema;
  /** The entity id of the root. */
  readonly aggregate: string;
  readonly state: Uint8Array | null;
  /** Events so far. */
  readonly sequence: number;
};

/** Never changes: each `given` makes another one. */
export class AggregateUnderTest {
  readonly #subject: Subject;

  constructor(subject: Subject) {
    this.#subject = subject;
  }

  /** The same with another root; the default is `type:1`. */
  named(aggregate: string): AggregateUnderTest {
    return new AggregateUnderTest({ ...this.#subject, aggregate });
  }

  /** The aggregate in a state in JSON form: for a handler that has no aggregator beside it. */
  withState(state: unknown): AggregateUnderTest {
    return new AggregateUnderTest({ ...this.#subject, state: this.#subject.schema.root.fromJson(state, "state") });
  }

  /** The aggregate after further events, folded by the aggregator. Throws when it can't fold them. */
  given(events: readonly GivenEvent[]): AggregateUnderTest {
    if (events.length === 0) return this;
    const { schema, aggregate } = this.#subject;
    const drafts = events.map(({ event_type, entity = aggregate, payload = {} }) => ({
      event_type,
      entity,
      payload: codecOf(schema.events, event_type).fromJson(payload, "payload"),
    }));
    return this.#after(drafts, (index) => events[index]?.time ?? testTime);
  }

  /** The state in JSON form; null when there is none. */
  get state(): unknown {
    const { schema, state } = this.#subject;
    return state === null ? null : schema.root.toJson(state);
  }

  /** What a command leads to. */
  when({ command_type, payload = {}, entity = this.#subject.aggregate, time = testTime }: GivenCommand): Outcome {
    const { core, schema, aggregate, state } = this.#subject;
    const id = "command";
    const command = encodeCommand({
      id,
      command_type,
      entity,
      aggregate,
      aggregate_type: schema.name,
      time: millisecondsOf(time),
      cause: { kind: "external", id },
      root_cause: id,
      depth: 0,
      payload: codecOf(schema.commands, command_type).fromJson(payload, "payload"),
    });
    core.takeLog();
    const answer = core.handle(command, state);
    if (answer.kind === "failed") return this.#failed(answer.reason);
    try {
      const drafts = checkedEventDrafts(answer.bytes, schema, aggregate);
      const after = core.has("aggregate") ? this.#after(drafts, () => time).state : null;
      const events = drafts.map((draft) => ({
        ...draft,
        payload: codecOf(schema.events, draft.event_type).toJson(draft.payload),
      }));
      return { events, state: after, failure: undefined, log: core.takeLog() };
    } catch (error) {
      if (!(error instanceof EventoError)) throw error;
      return this.#failed(error.message);
    }
  }

  /** A failure leaves the aggregate as it was. */
  #failed(failure: string): Outcome {
    return { events: [], state: this.state, failure, log: this.#subject.core.takeLog() };
  }

  #after(drafts: readonly EventDraft[], timeOf: (index: number) => TestTime): AggregateUnderTest {
    const { core, schema, aggregate, state, sequence } = this.#subject;
    const events = drafts.map((draft, index): Event => ({
      ...draft,
      id: `event-${sequence + index + 1}`,
      aggregate,
      aggregate_type: schema.name,
      sequence: sequence + index + 1,
      position: 0,
      time: millisecondsOf(timeOf(index)),
      cause: { kind: "command", id: "command" },
      root_cause: "command",
      depth: 1,
    }));
    const answer = core.aggregate(state, encodeEvents(events));
    if (answer.kind === "failed")
      throw new EventoError("EVENTS_NOT_FOLDED", `the aggregator could not fold the events: ${answer.reason}`);
    schema.root.check(answer.bytes);
    return new AggregateUnderTest({ ...this.#subject, state: answer.bytes, sequence: sequence + drafts.length });
  }
}
