// A dispatcher at work: follows the log from its durable cursor and makes commands of events. The commands and the moved cursor
// are one append, so a crash between event and commands repeats the event, and one after them does not.
import { encodeDispatchedEvent } from "../domain/envelope-codec.ts";
import type { StoredEvent } from "../domain/envelope.ts";
import type { HostEvent } from "../domain/host-state.ts";
import { EventoError } from "../errors.ts";
import type { Chance } from "../ports/clock.ts";
import type { Functions } from "../ports/functions.ts";
import type { Journal, JournalEntry } from "../ports/journal.ts";
import type { Failure, Observer } from "../ports/observer.ts";
import { checkedCommandDrafts, commandsOf, type CheckedCommandDraft } from "./command-drafts.ts";
import { commandEntryOf } from "./commit.ts";
import type { Deployments, Dispatcher } from "./deployments.ts";
import type { HostStream } from "./host-stream.ts";
import type { InFlight } from "./in-flight.ts";
import type { LogClock } from "./log-clock.ts";
import type { Memberships } from "./memberships.ts";
import type { PendingCommand } from "./pending.ts";
import { eventFor } from "./resolution.ts";
import type { RuleSets } from "./rules.ts";
import { backoffOf, type EngineSettings } from "./settings.ts";
import type { Timers } from "./timers.ts";
import type { Turns } from "./turns.ts";

/** Events read from the log at once, and sent to the function side by side. */
const eventsPerRead = 256;
const bytesPerRead = 8 << 20;
const eventsPerBatch = 128;
/** A cursor that passed only events that do not matter is written this rarely: reading them again costs little. */
const cursorStride = 10_000;
/** Commands of one dispatcher that may be under way, without those that wait for their time. */
const outstandingMax = 10_000;
const unavailableMs = 200;

export type DispatchContext = {
  readonly journal: Journal;
  readonly functions: Functions;
  readonly rules: RuleSets;
  readonly chance: Chance;
  readonly clock: LogClock;
  readonly timers: Timers;
  readonly settings: EngineSettings;
  readonly deployments: Deployments;
  readonly host: HostStream;
  readonly inFlight: InFlight;
  readonly memberships: Memberships;
  readonly turns: Turns;
  readonly observer: Observer | undefined;
  /** Told of each event that failed. */
  readonly onFailure: (failure: Failure) => void;
};

/** One event and the commands that came of it; or why none did. */
type Made = { readonly kind: "made"; readonly event: StoredEvent; readonly commands: readonly PendingCommand[] };
type Dispatched = Made | { readonly kind: "failed"; readonly event: StoredEvent; readonly reason: string };

/** What became of an event that was parked, or is now, and the event that announces it. */
type Turned = { readonly entry: JournalEntry; readonly announced: HostEvent; readonly about: StoredEvent };

export class Dispatch {
  readonly name: string;
  readonly #context: DispatchContext;
  /** Position up to which everything is done. */
  #after = 0;
  #cursor = 0;
  #outstanding = 0;
  #stopped = false;
  #retryParked = false;
  /** Settles when something has changed that anybody here may wait for: several events may, side by side. */
  #news = Promise.withResolvers<void>();

  constructor(name: string, context: DispatchContext) {
    this.name = name;
    this.#context = context;
  }

  /** Events not dispatched yet. */
  get lag(): number {
    return this.#context.journal.head.position - this.#after;
  }

  /** Works until `stop`. @throws what ends the engine. */
  async run(): Promise<void> {
    const { journal } = this.#context;
    const since = this.#dispatcher()?.since ?? journal.head.position;
    this.#after = (await journal.cursor(this.name)) ?? since;
    this.#cursor = this.#after;
    const unwatch = journal.watch(() => this.#wake());
    try {
      while (!this.#stopped) {
        // Not both in one round: a stop that comes during the first would be slept through in the second.
        if (this.#retryParked) await this.#dispatchParked();
        else await this.#step();
      }
    } finally {
      unwatch();
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#wake();
  }

  /** Tries what was parked again: a new version may know better. */
  retryParked(): void {
    this.#retryParked = true;
    this.#wake();
  }

  #dispatcher(): Dispatcher | undefined {
    return this.#context.deployments.dispatchers().find((dispatcher) => dispatcher.name === this.name);
  }

  #wants(dispatcher: Dispatcher, event: StoredEvent): boolean {
    // Deeper than that there are only announcements of parked commands: to answer them would go on for ever.
    if (event.depth > this.#context.settings.depthMax + 1) return false;
    const { events } = dispatcher.deployed;
    return events.includes("*") || events.includes(`${event.aggregate_type}.${event.event_type}`);
  }

  async #step(): Promise<void> {
    const { journal } = this.#context;
    const news = this.#news.promise;
    const { events, scannedTo } = await journal.events({
      after: this.#after,
      limit: eventsPerRead,
      bytesMax: bytesPerRead,
    });
    const dispatcher = this.#dispatcher();
    if (dispatcher === undefined || scannedTo === this.#after) {
      await news;
      return;
    }
    const wanted = events.filter((event) => this.#wants(dispatcher, event));
    for (let start = 0; start < wanted.length; start += eventsPerBatch) {
      if (this.#stopped || this.#retryParked) return;
      const done = await this.#batch(dispatcher, wanted.slice(start, start + eventsPerBatch));
      if (!done) return;
    }
    this.#after = scannedTo;
    if (this.#after - this.#cursor >= cursorStride) await this.#append([], this.#after);
  }

  /** Dispatches events side by side and commits them in order. @returns false when it ended before the last of them. */
  async #batch(dispatcher: Dispatcher, events: readonly StoredEvent[]): Promise<boolean> {
    await this.#room();
    const results = await Promise.all(events.map((event) => this.#dispatch(dispatcher, event)));
    const good: Made[] = [];
    for (const result of results) {
      if (result.kind === "made") good.push(result);
      else {
        await this.#commit(good);
        await this.#again(result.event, result.reason);
        return false;
      }
    }
    await this.#commit(good);
    return true;
  }

  async #commit(results: readonly Made[]): Promise<void> {
    const last = results.at(-1);
    if (last !== undefined) await this.#append(results, last.event.position);
  }

  async #dispatch(dispatcher: Dispatcher, event: StoredEvent): Promise<Dispatched> {
    const observed = this.#context.observer?.dispatch({ name: this.name, digest: dispatcher.deployed.digest }, event);
    const result = await this.#made(dispatcher, event);
    observed?.(result.kind === "made" ? result.commands.map(({ command }) => command) : result.reason);
    return result;
  }

  async #made(dispatcher: Dispatcher, event: StoredEvent): Promise<Dispatched> {
    const { clock, memberships } = this.#context;
    try {
      const drafts = await this.#drafts(dispatcher, event);
      if (typeof drafts === "string") return { kind: "failed", event, reason: drafts };
      const commands = await commandsOf(drafts, { dispatcher: this.name, event, time: clock.now(), memberships });
      return { kind: "made", event, commands: await this.#unknown(commands) };
    } catch (error) {
      if (!(error instanceof EventoError) || error.code.startsWith("JOURNAL")) throw error;
      return { kind: "failed", event, reason: error.message };
    }
  }

  /** Leaves out commands that are there already. The cursor should prevent that; this makes it sure. */
  async #unknown(commands: readonly PendingCommand[]): Promise<readonly PendingCommand[]> {
    const { journal, inFlight } = this.#context;
    const unknown: PendingCommand[] = [];
    for (const pending of commands) {
      const { id } = pending.command;
      if (inFlight.get(id) === undefined && (await journal.command(id)) === undefined) unknown.push(pending);
    }
    return unknown;
  }

  async #drafts(dispatcher: Dispatcher, event: StoredEvent): Promise<readonly CheckedCommandDraft[] | string> {
    const { functions, journal, rules, deployments } = this.#context;
    const { deployed } = dispatcher;
    const referrers = await journal.referrers(event.entity);
    if (deployed.rules !== null) return rules.dispatch(deployed.rules, event, referrers);
    const fingerprint = deployed.schemas[event.aggregate_type];
    const writer = deployments.schema(event.aggregate_type, event.schema);
    // A dispatcher that listens to everything gets what it has no schema of as it was written.
    const reader = fingerprint === undefined ? writer : deployments.schema(event.aggregate_type, fingerprint);
    const encoded = encodeDispatchedEvent(eventFor(reader, event, writer), referrers);
    const fn = { name: dispatcher.name, digest: deployed.digest };
    for (;;) {
      try {
        const answer = await functions.dispatch(fn, { event: encoded });
        return answer.kind === "ok" ? checkedCommandDrafts(answer.bytes, dispatcher, deployments) : answer.reason;
      } catch (error) {
        if (!(error instanceof EventoError) || error.code !== "FUNCTION_UNAVAILABLE") throw error;
        if (this.#stopped || this.#dispatcher() === undefined) throw error;
        await this.#pause(unavailableMs);
      }
    }
  }

  /** One event alone, until it succeeds or is parked. */
  async #again(event: StoredEvent, firstReason: string): Promise<void> {
    const { settings, chance, onFailure } = this.#context;
    let reason = firstReason;
    for (let attempt = 1; attempt < settings.triesMax; attempt++) {
      onFailure({ event: "dispatch.failed", about: event, dispatcher: this.name, attempts: attempt, reason });
      await this.#pause(backoffOf(settings, attempt, chance.fraction()));
      const dispatcher = this.#dispatcher();
      if (this.#stopped || dispatcher === undefined) return;
      const result = await this.#dispatch(dispatcher, event);
      if (result.kind === "made") return this.#append([result], event.position);
      reason = result.reason;
    }
    await this.#park(event, reason, event.position);
    onFailure({ event: "dispatch.parked", about: event, dispatcher: this.name, attempts: settings.triesMax, reason });
  }

  /** @param done - position up to which everything is done then. */
  async #park(event: StoredEvent, reason: string, done: number): Promise<void> {
    await this.#append([], done, {
      entry: { kind: "dispatch-parked", dispatcher: this.name, position: event.position, reason },
      announced: { type: "DispatchParked", payload: { dispatcher: this.name, event_id: event.id, reason } },
      about: event,
    });
  }

  async #dispatchParked(): Promise<void> {
    const { journal } = this.#context;
    this.#retryParked = false;
    let after = 0;
    for (;;) {
      const parked = await journal.parkedDispatches(this.name, { after, limit: eventsPerRead });
      for (const { position } of parked) {
        after = position;
        const { events } = await journal.events({ after: position - 1, limit: 1 });
        const [event] = events;
        const dispatcher = this.#dispatcher();
        if (event === undefined || dispatcher === undefined || this.#stopped) return;
        const result = await this.#dispatch(dispatcher, event);
        if (result.kind === "failed") {
          // Announced again, so that after a restart it does not look as if this version had not tried.
          await this.#park(event, result.reason, this.#after);
          continue;
        }
        await this.#append([result], this.#after, {
          entry: { kind: "dispatch-retried", dispatcher: this.name, position },
          announced: { type: "DispatchRetried", payload: { dispatcher: this.name, event_id: event.id } },
          about: event,
        });
      }
      if (parked.length < eventsPerRead) return;
    }
  }

  /** Appends commands together with the cursor, and puts the commands on their way. */
  async #append(results: readonly Made[], position: number, turned?: Turned): Promise<void> {
    const { journal, inFlight, turns, settings } = this.#context;
    const commands = results.flatMap((result) => result.commands);
    await journal.room();
    const cursor: JournalEntry = { kind: "cursor", dispatcher: this.name, position };
    const appended = journal.append([...commands.map(commandEntryOf), ...this.#entriesOf(turned), cursor]);
    for (const pending of commands) {
      pending.accepted = true;
      inFlight.add(pending);
      if (pending.command.depth > settings.depthMax)
        turns.park(
          pending,
          `the chain of causes is ${pending.command.depth} steps long, more than ${settings.depthMax}`,
        );
      else {
        this.#count(pending);
        turns.deliver(pending);
      }
    }
    this.#after = Math.max(this.#after, position);
    this.#cursor = this.#after;
    // The next batch need not wait for the disk: groups become durable in order, and the first write that fails ends the host, which
    // the journal tells. What was parked is read from the index, where it is only then.
    if (turned !== undefined) await appended.durable;
  }

  /** Only now: nothing may be waited for between the making of an event of the host and its append. */
  #entriesOf(turned: Turned | undefined): readonly JournalEntry[] {
    if (turned === undefined) return [];
    const { clock, host } = this.#context;
    const { entry, announced, about } = turned;
    return [entry, host.next(announced, { time: clock.now(), due: dueTo(about) })];
  }

  #count(pending: PendingCommand): void {
    if (pending.notBefore !== null) return;
    this.#outstanding++;
    void pending.settled.then(() => {
      this.#outstanding--;
      this.#wake();
    });
  }

  async #room(): Promise<void> {
    while (this.#outstanding >= outstandingMax && !this.#stopped) await this.#news.promise;
  }

  #wake(): void {
    const { resolve } = this.#news;
    this.#news = Promise.withResolvers<void>();
    resolve();
  }

  async #pause(delayMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#context.timers.after(delayMs, resolve);
    // A stop must not wait for a backoff; other news must not cut it short.
    while (!this.#stopped) {
      const ended = await Promise.race([promise.then(() => true), this.#news.promise.then(() => false)]);
      if (ended) return;
    }
  }
}

function dueTo(event: StoredEvent) {
  return {
    cause: { kind: "event", id: event.id },
    root_cause: event.root_cause,
    depth: event.depth + 1,
  } as const;
}
