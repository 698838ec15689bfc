// What the contract promises of the API, as a model: what there is after each call, and so what the next one has to answer.
import { decide, fold, type CreditAccount, type Draft, type ModelEvent } from "./credit-account.ts";

export type Post = Draft & { readonly id: string; readonly expected_sequence?: number };

export type StoredEvent = ModelEvent & { readonly id: string; readonly aggregate: string; readonly sequence: number };

/** What a post has to be answered. */
export type Expected =
  | { readonly kind: "done"; readonly event: StoredEvent }
  | { readonly kind: "parked" }
  | { readonly kind: "refused"; readonly status: number; readonly code: string };

type Command = { readonly post: Post; outcome: Expected; answer: unknown };

export class ApiModel {
  /** Goes into every id, so that each run has a part of the host for itself. */
  readonly run: string;
  readonly #streams = new Map<string, StoredEvent[]>();
  readonly #owners = new Map<string, string>();
  /** Commands that left a trace, in the order in which they were posted. */
  readonly commands = new Map<string, Command>();
  /** Events from outside by id. */
  readonly outside = new Map<string, { readonly draft: object; answer: unknown }>();
  /** Times of events as they were told, by id. */
  readonly times = new Map<string, string>();
  readonly #counts: Map<string, number>;
  #lastId = 0;

  /** @param given - `counts` counts the outcomes that are expected of posts, by kind or the code of the refusal. */
  constructor({ run, counts }: { run: string; counts: Map<string, number> }) {
    this.run = run;
    this.#counts = counts;
  }

  get aggregates(): readonly string[] {
    return [...this.#streams.keys()];
  }

  nextId(): string {
    return `${this.run}-${++this.#lastId}`;
  }

  stream(aggregate: string): readonly StoredEvent[] {
    return this.#streams.get(aggregate) ?? [];
  }

  /** State after a sequence; undefined before the first event. */
  stateAt(aggregate: string, sequence: number): CreditAccount | undefined {
    let state: CreditAccount | undefined;
    for (const event of this.stream(aggregate).slice(0, sequence)) state = fold(state, event);
    return state;
  }

  /** The sequence that an aggregate had reached at a time. */
  sequenceAt(aggregate: string, time: string): number {
    return this.stream(aggregate).filter(({ id }) => (this.times.get(id) ?? "") <= time).length;
  }

  /** Posts a command: what has to be answered, and the model is as the host has to be then. */
  post(post: Post): Expected {
    const expected = this.#outcomeOf(post);
    const kind = expected.kind === "refused" ? expected.code : expected.kind;
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    return expected;
  }

  #outcomeOf(post: Post): Expected {
    const known = this.commands.get(post.id);
    if (known !== undefined)
      return sameContent(known.post, post) ? known.outcome : { kind: "refused", status: 409, code: "ID_CONFLICT" };
    const aggregate = this.aggregateOf(post.entity);
    if (aggregate === undefined) return { kind: "refused", status: 422, code: "ENTITY_UNKNOWN" };
    const { expected_sequence: expected } = post;
    if (expected !== undefined && expected !== this.stream(aggregate).length)
      return { kind: "refused", status: 412, code: "SEQUENCE_MISMATCH" };
    const outcome = this.#execute(post, aggregate);
    this.commands.set(post.id, { post, outcome, answer: undefined });
    return outcome;
  }

  /** Retries a command. */
  retry(id: string): Expected {
    const command = this.commands.get(id);
    if (command === undefined) return { kind: "refused", status: 404, code: "COMMAND_UNKNOWN" };
    if (command.outcome.kind !== "parked") return { kind: "refused", status: 409, code: "COMMAND_NOT_PARKED" };
    command.outcome = this.#execute(command.post, this.aggregateOf(command.post.entity) ?? "");
    return command.outcome;
  }

  /** Appends an event from outside. */
  appendOutside(id: string, event: ModelEvent): StoredEvent {
    return this.#append(id, event.entity, event);
  }

  aggregateOf(entity: string): string | undefined {
    return entity.startsWith("card:") ? this.#owners.get(entity) : entity;
  }

  #execute(post: Post, aggregate: string): Expected {
    const event = decide(post, this.stateAt(aggregate, this.stream(aggregate).length));
    // A card of another account: a handler can't make an event about what lies in another aggregate.
    if (event === undefined || (this.aggregateOf(event.entity) ?? aggregate) !== aggregate) return { kind: "parked" };
    return { kind: "done", event: this.#append(`${post.id}!0`, aggregate, event) };
  }

  #append(id: string, aggregate: string, event: ModelEvent): StoredEvent {
    const stream = this.#streams.get(aggregate) ?? [];
    const stored = { ...event, id, aggregate, sequence: stream.length + 1 };
    this.#streams.set(aggregate, [...stream, stored]);
    if (event.entity !== aggregate) this.#owners.set(event.entity, aggregate);
    return stored;
  }
}

function sameContent(one: Post, other: Post): boolean {
  const contentOf = ({ entity, command_type, payload }: Post): string =>
    JSON.stringify([entity, command_type, payload]);
  return contentOf(one) === contentOf(other);
}
