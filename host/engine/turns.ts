// Turns: one at a time for an aggregate, side by side for many. A turn takes work from the mailbox, has it decided, and appends
// what came of it; the next turn goes on from there while the journal is still writing. Callers are told when it is durable.
import type { Event, StoredEvent } from "../domain/envelope.ts";
import { EventoError, reasonOf } from "../errors.ts";
import type { Chance } from "../ports/clock.ts";
import type { Functions } from "../ports/functions.ts";
import type { Journal, JournalEntry } from "../ports/journal.ts";
import type { Failure, ObservedTry, ObservedTurn, Observer } from "../ports/observer.ts";
import { commandEntryOf, outcomeEntriesOf, referencesEntryOf } from "./commit.ts";
import { decide, type Decision } from "./decision.ts";
import type { Deployments, InCharge } from "./deployments.ts";
import { foldedOf, type Folding } from "./folding.ts";
import type { HostStream } from "./host-stream.ts";
import type { InFlight } from "./in-flight.ts";
import type { LogClock } from "./log-clock.ts";
import type { Folded, Mailbox, TurnWork } from "./mailbox.ts";
import type { Mailboxes } from "./mailboxes.ts";
import type { Memberships } from "./memberships.ts";
import type { PendingCommand, PendingEvent } from "./pending.ts";
import { eventsFor, payloadReaderOf } from "./resolution.ts";
import { backoffOf, type EngineSettings } from "./settings.ts";
import type { Snapshotting } from "./snapshotting.ts";
import type { Timers } from "./timers.ts";
import { TurnPace } from "./turn-pace.ts";

/** Wait before a turn is tried again when its function can't be run now, and how often before its commands are parked. */
const unavailableMs = 200;
const unavailableTriesMax = 50;
/** Members remembered for an aggregate in memory; past it they are looked up again. */
const membersKnownMax = 10_000;

export type TurnsContext = {
  readonly journal: Journal;
  readonly functions: Functions;
  readonly chance: Chance;
  readonly clock: LogClock;
  readonly timers: Timers;
  readonly settings: EngineSettings;
  readonly deployments: Deployments;
  readonly folding: Folding;
  readonly host: HostStream;
  readonly inFlight: InFlight;
  readonly mailboxes: Mailboxes;
  readonly memberships: Memberships;
  readonly snapshotting: Snapshotting;
  readonly observer: Observer | undefined;
  /** Told of each command that failed. */
  readonly onFailure: (failure: Failure) => void;
  /** Called when the engine can't go on. */
  readonly onFatal: (error: unknown) => void;
};

export class Turns {
  /** Commands that ended since the start, by how. */
  readonly ended = { done: 0, parked: 0 };
  readonly #context: TurnsContext;
  readonly #pace: TurnPace;
  #running = 0;
  #closed = false;
  #onIdle: (() => void) | undefined;

  constructor(context: TurnsContext) {
    this.#context = context;
    this.#pace = new TurnPace(context);
  }

  /** Puts a command into its mailbox, at its time. */
  deliver(pending: PendingCommand): void {
    const { timers, mailboxes } = this.#context;
    const { aggregate, aggregate_type } = pending.command;
    const put = (): void => {
      const mailbox = mailboxes.use(aggregate, aggregate_type);
      mailbox.push(pending);
      this.#start(mailbox);
    };
    if (pending.notBefore === null) put();
    else timers.at(pending.notBefore, put);
  }

  /** Puts an event from outside into the mailbox of its aggregate. */
  deliverEvent(pending: PendingEvent, mailbox: Mailbox): void {
    mailbox.push(pending);
    this.#start(mailbox);
  }

  /** Starts no more turns and waits for those under way. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#running === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onIdle = resolve;
    await promise;
  }

  #start(mailbox: Mailbox, mayGo = false): void {
    if (mailbox.busy || this.#closed) return;
    mailbox.busy = true;
    this.#running++;
    this.#run(mailbox, mayGo)
      .catch(this.#context.onFatal)
      .finally(() => {
        this.#running--;
        if (this.#running === 0) this.#onIdle?.();
      });
  }

  #startAgain(mailbox: Mailbox, mayGo: boolean): void {
    mailbox.busy = false;
    this.#start(mailbox, mayGo);
  }

  /** @param mayGo - whether the pace of its type has let the first turn go already. */
  async #run(mailbox: Mailbox, mayGo: boolean): Promise<void> {
    const { journal, mailboxes, timers } = this.#context;
    while (!this.#closed) {
      if (
        !mayGo &&
        mailbox.length > 0 &&
        this.#pace.holds(mailbox.aggregateType, () => this.#startAgain(mailbox, true))
      )
        return;
      mayGo = false;
      await journal.room();
      const work = mailbox.take();
      if (work === undefined) break;
      try {
        if (work.kind === "event") await this.#event(mailbox, work.event);
        else await this.#commands(mailbox, work.commands);
      } catch (error) {
        if (!(error instanceof EventoError) || error.code !== "FUNCTION_UNAVAILABLE") throw error;
        mailbox.unavailable++;
        if (mailbox.unavailable > unavailableTriesMax) {
          this.#unavailable(work, error);
          continue;
        }
        // The function's trouble, not that of the work: everything waits where it was, in order.
        mailbox.putBack(work.kind === "event" ? [work.event] : work.commands);
        timers.after(unavailableMs, () => this.#startAgain(mailbox, false));
        return;
      }
      mailbox.unavailable = 0;
    }
    mailbox.busy = false;
    mailboxes.settle(mailbox);
  }

  async #commands(mailbox: Mailbox, commands: readonly PendingCommand[]): Promise<void> {
    const { deployments, functions, memberships, clock, observer } = this.#context;
    const handler = deployments.handlerOf(mailbox.aggregateType);
    const aggregator = deployments.aggregatorOf(mailbox.aggregateType);
    if (handler === undefined || aggregator === undefined) {
      const missing = handler === undefined ? "handler" : "aggregator";
      this.#giveUp(commands, `no ${missing} of ${mailbox.aggregateType} is deployed`);
      return;
    }
    const folded = await this.#foldedOf(mailbox, aggregator);
    if (typeof folded === "string") {
      this.#fail(commands.map((pending) => ({ kind: "failed", pending, reason: folded })));
      return;
    }
    if (this.#refusedAt(folded, commands)) {
      mailbox.putBack(commands.slice(1));
      return;
    }
    const observed = observer?.turn(handler.fn);
    const context = {
      functions,
      memberships,
      handler,
      aggregator,
      members: mailbox.members,
      observed,
      time: clock.now(),
    };
    const decisions = await decide(context, folded, commands);
    mailbox.putBack(commands.slice(decisions.length));
    observed?.decided(decisions.map(tryOf));
    this.#commit(mailbox, handler, decisions, observed);
    this.#pace.ended(mailbox.aggregateType, eventCountOf(decisions));
    this.#fail(decisions.filter((decision) => decision.kind === "failed"));
  }

  /** Refuses the first command when it expects another sequence, without a trace. */
  #refusedAt(folded: Folded, commands: readonly PendingCommand[]): boolean {
    const [first] = commands;
    if (first === undefined || first.accepted || first.expectedSequence === undefined) return false;
    if (first.expectedSequence === folded.sequence) return false;
    this.#context.inFlight.remove(first);
    const error = new EventoError(
      "SEQUENCE_MISMATCH",
      `found ${first.command.aggregate} at sequence ${folded.sequence}, expected ${first.expectedSequence}`,
      { hint: "read the aggregate again and decide anew" },
    );
    // Told only once that sequence is durable: nobody may see it before.
    const mailbox = this.#context.mailboxes.get(first.command.aggregate);
    this.#afterwards(mailbox?.durable ?? Promise.resolve(), () => first.settle({ kind: "refused", error }));
    return true;
  }

  /** The state to decide on; or why there is none. */
  async #foldedOf(mailbox: Mailbox, aggregator: InCharge): Promise<Folded | string> {
    const { folding } = this.#context;
    const { folded } = mailbox;
    if (folded?.aggregator_digest === aggregator.fn.digest && folded.schema === aggregator.schema.fingerprint)
      return folded;
    await mailbox.durable;
    try {
      const latest = await folding.latest(mailbox.aggregate, aggregator);
      mailbox.folded = latest;
      if (mailbox.snapshotSequence === 0) mailbox.snapshotSequence = latest.sequence;
      return latest;
    } catch (error) {
      if (error instanceof EventoError && error.code !== "FUNCTION_UNAVAILABLE" && !error.code.startsWith("JOURNAL"))
        return error.message;
      throw error;
    }
  }

  /** Appends what was decided, all of the turn in one step. */
  #commit(mailbox: Mailbox, handler: InCharge, decisions: readonly Decision[], observed?: ObservedTurn): void {
    const { journal, inFlight, memberships, snapshotting } = this.#context;
    const decided = decisions.filter((decision) => decision.kind === "decided");
    const last = decided.at(-1);
    if (last === undefined) return;
    const schema = handler.schema.fingerprint;
    const entries = decided.flatMap((decision) =>
      outcomeEntriesOf(decision, { functionDigest: handler.fn.digest, schema }),
    );
    const appended = journal.append(entries);
    for (const { pending } of decided) pending.accepted = true;
    mailbox.folded = last.after;
    if (mailbox.members.size > membersKnownMax) mailbox.members.clear();
    for (const { claimed } of decided) for (const entity of claimed) mailbox.members.add(entity);
    this.#follow(mailbox, appended.durable, () => {
      let position = appended.firstPosition;
      for (const { pending, events, claimed } of decided) {
        memberships.release(claimed);
        inFlight.remove(pending);
        this.ended.done++;
        pending.settle({ kind: "done", events: events.map((event) => storedAt(event, position++, schema)) });
      }
      observed?.durable();
      snapshotting.consider(mailbox, last.after, last.events.at(-1)?.time ?? 0);
    });
  }

  /** Commands that failed without an event: tried again later, or parked. */
  #fail(failures: readonly Extract<Decision, { kind: "failed" }>[]): void {
    const { journal, clock, settings, chance, timers, onFailure } = this.#context;
    for (const { pending, reason } of failures) {
      pending.attempts++;
      if (pending.attempts >= settings.triesMax) {
        this.park(pending, reason);
        continue;
      }
      onFailure({ event: "command.failed", about: pending.command, attempts: pending.attempts, reason });
      // One that expects a sequence leaves no trace yet: at its next try it may have to be refused.
      if (pending.accepted) {
        const { attempts: attempt, command } = pending;
        const entry: JournalEntry = { kind: "attempt", command_id: command.id, attempt, reason, time: clock.now() };
        this.#afterwards(journal.append([entry]).durable, () => {});
      }
      timers.after(backoffOf(settings, pending.attempts, chance.fraction()), () => this.deliver(pending));
    }
  }

  /** Ends work whose function could not be run for long: a new version or a retry brings commands back. */
  #unavailable(work: TurnWork, error: EventoError): void {
    if (work.kind === "event") work.event.settle({ kind: "refused", error });
    else this.#giveUp(work.commands, error.message);
  }

  #giveUp(commands: readonly PendingCommand[], reason: string): void {
    for (const pending of commands) this.park(pending, reason);
  }

  /** Parks a command, with the event that announces it. */
  park(pending: PendingCommand, reason: string): void {
    const { journal, clock, host, inFlight, observer, onFailure } = this.#context;
    const { command, attempts } = pending;
    const time = clock.now();
    const announced = host.next(
      {
        type: "CommandParked",
        payload: {
          command_id: command.id,
          command_type: command.command_type,
          entity: command.entity,
          attempts,
          reason,
        },
      },
      {
        time,
        due: { cause: { kind: "command", id: command.id }, root_cause: command.root_cause, depth: command.depth + 1 },
      },
    );
    const entries: JournalEntry[] = pending.accepted ? [] : [commandEntryOf(pending)];
    entries.push({ kind: "parked", command_id: command.id, attempts, reason, time }, announced);
    pending.accepted = true;
    this.#afterwards(journal.append(entries).durable, () => {
      inFlight.remove(pending);
      this.ended.parked++;
      observer?.parked(command, { attempts, reason });
      onFailure({ event: "command.parked", about: command, attempts, reason });
      pending.settle({ kind: "parked", attempts, reason });
    });
  }

  async #event(mailbox: Mailbox, pending: PendingEvent): Promise<void> {
    const { deployments, journal, functions, clock, snapshotting, observer } = this.#context;
    const refuse = (code: string, message: string): void =>
      pending.settle({ kind: "refused", error: new EventoError(code, message) });
    const aggregator = deployments.aggregatorOf(mailbox.aggregateType);
    if (aggregator === undefined) {
      refuse("NO_AGGREGATOR", `found no function that aggregates ${mailbox.aggregateType}`);
      return;
    }
    const before = await this.#foldedOf(mailbox, aggregator);
    if (typeof before === "string") {
      refuse("FOLD_FAILED", before);
      return;
    }
    const event: Event = {
      id: pending.id,
      event_type: pending.draft.event_type,
      entity: pending.draft.entity,
      aggregate: mailbox.aggregate,
      aggregate_type: mailbox.aggregateType,
      sequence: before.sequence + 1,
      position: 0,
      time: clock.now(),
      cause: { kind: "external", id: pending.call },
      root_cause: pending.id,
      depth: 0,
      payload: pending.draft.payload,
    };
    const stored = storedAt(event, 0, pending.schema.fingerprint);
    let after: Folded;
    try {
      const answer = await functions.aggregate(aggregator.fn, {
        state: before.state,
        events: eventsFor(payloadReaderOf(aggregator.schema, deployments), [stored]),
      });
      if (answer.kind === "failed") {
        refuse("EVENT_NOT_FOLDED", `${aggregator.fn.name} could not fold the event: ${answer.reason}`);
        return;
      }
      after = foldedOf(mailbox.aggregate, aggregator, event.sequence, answer.bytes);
    } catch (error) {
      if (!(error instanceof EventoError) || error.code === "FUNCTION_UNAVAILABLE") throw error;
      refuse("EVENT_NOT_FOLDED", `${aggregator.fn.name} could not fold the event: ${reasonOf(error)}`);
      return;
    }
    const entries: JournalEntry[] = [{ kind: "event", event, schema: stored.schema }];
    const references = referencesEntryOf(before, after);
    if (references !== undefined) entries.push(references);
    const appended = journal.append(entries);
    mailbox.folded = after;
    this.#follow(mailbox, appended.durable, () => {
      const settled = { ...stored, position: appended.firstPosition };
      observer?.appended(settled);
      pending.settle({ kind: "done", event: settled });
      snapshotting.consider(mailbox, after, event.time);
    });
  }

  /** Does something when an append of a mailbox's turn is durable. */
  #follow(mailbox: Mailbox, durable: Promise<void>, task: () => void): void {
    mailbox.durable = durable;
    mailbox.undurable++;
    this.#afterwards(durable, () => {
      mailbox.undurable--;
      task();
    });
  }

  /** A failed append ends the engine: what is not durable was shown to nobody. */
  #afterwards(durable: Promise<void>, task: () => void): void {
    durable.then(task).catch(this.#context.onFatal);
  }
}

function storedAt(event: Event, position: number, schema: string): StoredEvent {
  return { ...event, position, schema };
}

function eventCountOf(decisions: readonly Decision[]): number {
  let count = 0;
  for (const decision of decisions) if (decision.kind === "decided") count += decision.events.length;
  return count;
}

function tryOf(decision: Decision): ObservedTry {
  const { command, attempts } = decision.pending;
  return { command, attempt: attempts + 1, reason: decision.kind === "failed" ? decision.reason : undefined };
}
