// A host's API with types: commands and events by the schemas that `evento codegen` made types of, refusals as EventoErrors.
//
//   const client = new EventoClient<Aggregates>({ url: "http://127.0.0.1:8080" });
//   const { events } = await client.post({
//     entity: "savings:1", command_type: "ReceiveDeposit", payload: { amount: "5.00" },
//   });
import { setTimeout as sleep } from "node:timers/promises";

import { EventoError, reasonOf } from "../errors.ts";
import type {
  AggregateNames,
  AggregateTypes,
  AggregateView,
  AnyEvent,
  CommandDraft,
  CommandNames,
  CommandOutcome,
  EntityId,
  EntityTypes,
  EventDraft,
  EventNames,
  EventOf,
  NameOfEntity,
} from "./aggregate-types.ts";
import { followEvents, silenceMsMax } from "./event-source.ts";
import { HostClient, type Call } from "./host-client.ts";

export { EventoError };
export type * from "./aggregate-types.ts";

const deadlineMsDefault = 30_000;
/** A host waits no longer than this for an outcome; then it is asked again. */
const waitSecondsMax = 60;
const repeatDelayMsMin = 100;
const repeatDelayMsMax = 5_000;

export type EventoClientOptions = {
  /** Where the host is, such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /** Sent as bearer token; left out when the host asks for none. */
  readonly token?: string | undefined;
  /** Longest time of a call with all its repeats; 30 s when left out. */
  readonly deadlineMs?: number;
};

export type CallOptions = {
  readonly deadlineMs?: number;
  /** Ends the call; what was posted before may still happen. */
  readonly signal?: AbortSignal;
};

export type EventFilter = {
  /** Begins after this position; 0, the start of the log, when left out. */
  readonly after?: number;
  /** True to go on with what happens from now on, over broken connections; else it ends where the log does. */
  readonly follow?: boolean;
  readonly aggregate?: string;
  readonly event_type?: string;
  readonly entity?: string;
  readonly signal?: AbortSignal;
};

export class EventoClient<Types extends { readonly [name in keyof Types]: AggregateTypes }> {
  readonly #host: HostClient;
  readonly #deadlineMs: number;

  /** @throws EventoError USAGE_INVALID when the URL is none of http or https. */
  constructor({ url, token, deadlineMs = deadlineMsDefault }: EventoClientOptions) {
    this.#host = new HostClient({ url, token });
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Posts a command and waits for its outcome. What is not answered is posted again with the same id, so that it happens once.
   * A business refusal is an event too, and no error.
   *
   * @throws EventoError the host's refusal under its code; COMMAND_PARKED when the function failed; DEADLINE_PASSED (retryable)
   */
  async post<Entity extends EntityTypes<Types>, Name extends CommandNames<Types, Entity>>(
    draft: CommandDraft<Types, Entity, Name>,
    options: CallOptions = {},
  ): Promise<CommandOutcome<Types, NameOfEntity<Types, Entity>>> {
    const id = draft.id ?? crypto.randomUUID();
    const body = JSON.stringify({ ...draft, id });
    const outcome = await this.#repeated(id, options, async (leftMs, signal) => {
      const wait = Math.min(waitSecondsMax, Math.floor(leftMs / 1_000));
      const headers = { "content-type": "application/json", prefer: `wait=${wait}` };
      const call: Call = { method: "POST", path: ["commands"], headers, body, waitMs: leftMs, signal };
      const view = await this.#host.json<CommandOutcome<Types, NameOfEntity<Types, Entity>> | Unfinished>(call);
      return view?.status === "pending" ? undefined : view;
    });
    if (outcome.status === "done") return outcome;
    throw new EventoError(
      "COMMAND_PARKED",
      `the command ${id} was parked: ${outcome.last_error ?? "no reason was kept"}`,
      {
        hint: `mend and deploy the function, which retries it; or run \`evento parked retry ${id}\``,
      },
    );
  }

  /**
   * Posts an event from outside, again with the same id while it is not answered.
   *
   * @throws EventoError the host's refusal under its code; DEADLINE_PASSED (retryable)
   */
  async event<Entity extends EntityTypes<Types>, Name extends EventNames<Types, Entity>>(
    draft: EventDraft<Types, Entity, Name>,
    options: CallOptions = {},
  ): Promise<EventOf<Types, NameOfEntity<Types, Entity>>> {
    const id = draft.id ?? crypto.randomUUID();
    const body = JSON.stringify({ ...draft, id });
    return this.#repeated(id, options, async (waitMs, signal) => {
      const headers = { "content-type": "application/json" };
      const call: Call = { method: "POST", path: ["events"], headers, body, waitMs, signal };
      const answer = await this.#host.json<{ readonly event: EventOf<Types, NameOfEntity<Types, Entity>> }>(call);
      return answer?.event;
    });
  }

  /**
   * An aggregate's state, now or as it was.
   *
   * @throws EventoError AGGREGATE_UNKNOWN when there is none; DEADLINE_PASSED (retryable)
   */
  async state<Entity extends EntityTypes<Types>>(
    entity: EntityId<Entity>,
    options: CallOptions & { readonly at_sequence?: number; readonly at_time?: string } = {},
  ): Promise<AggregateView<Types, NameOfEntity<Types, Entity>>> {
    const { at_sequence, at_time } = options;
    return this.#repeated(entity, options, async (waitMs, signal) => {
      const query = { at_sequence, at_time };
      return this.#host.json({ method: "GET", path: ["aggregates", entity], query, waitMs, signal });
    });
  }

  /** Events of all aggregates in the order of the log; those of Evento's own history are among them. */
  events(filter?: EventFilter): AsyncGenerator<AnyEvent<Types>, void, undefined>;
  /** Events of one type of aggregate, in the order of the log. */
  events<Name extends AggregateNames<Types>>(
    filter: EventFilter & { readonly aggregate_type: Name },
  ): AsyncGenerator<EventOf<Types, Name>, void, undefined>;
  async *events(
    filter: EventFilter & { readonly aggregate_type?: string } = {},
  ): AsyncGenerator<AnyEvent<Types>, void, undefined> {
    for await (const line of this.#eventLines(filter)) if (line !== "") yield JSON.parse(line);
  }

  #eventLines({ after = 0, follow = false, signal, ...filter }: EventFilter): AsyncIterable<string> {
    const ending = signal === undefined ? {} : { signal };
    if (follow) return followEvents(this.#host, { after, filter, onBreak: () => {}, ...ending });
    const headers = { accept: "application/x-ndjson" };
    return this.#host.lines({
      method: "GET",
      path: ["events"],
      query: { ...filter, after },
      headers,
      silenceMs: silenceMsMax,
      ...ending,
    });
  }

  /** Tries until there is an answer, the host refuses for good, or the deadline has passed. */
  async #repeated<Answer>(
    what: string,
    { deadlineMs = this.#deadlineMs, signal: given }: CallOptions,
    attempt: (leftMs: number, signal: AbortSignal) => Promise<Answer | undefined>,
  ): Promise<Answer> {
    const late = AbortSignal.timeout(deadlineMs);
    const signal = given === undefined ? late : AbortSignal.any([late, given]);
    const end = performance.now() + deadlineMs;
    let cause: unknown;
    for (let delayMs = repeatDelayMsMin; !signal.aborted; delayMs = Math.min(repeatDelayMsMax, delayMs * 2)) {
      try {
        const answer = await attempt(Math.max(1, end - performance.now()), signal);
        if (answer !== undefined) return answer;
      } catch (error) {
        if (!(error instanceof EventoError) || !error.retryable) throw error;
        cause = error;
      }
      await sleep(delayMs, undefined, { signal }).catch(() => undefined);
    }
    given?.throwIfAborted();
    const reason = cause === undefined ? "" : `: ${reasonOf(cause)}`;
    throw new EventoError("DEADLINE_PASSED", `found no answer about ${what} within ${deadlineMs} ms${reason}`, {
      retryable: true,
      hint: "whether it happened is not known: posted again with the same id, it happens once",
      cause,
    });
  }
}

/** A command whose outcome is not there. */
type Unfinished = { readonly status: "pending" | "parked"; readonly last_error?: string | null };
