// The engine: everything between the ports, wired once. It has no I/O, timer or randomness of its own.
import { EventoError } from "../errors.ts";
import type { Chance, Clock } from "../ports/clock.ts";
import type { DiskRoom } from "../ports/disk.ts";
import type { Functions } from "../ports/functions.ts";
import type { Journal } from "../ports/journal.ts";
import type { Failure, Observer } from "../ports/observer.ts";
import type { Snapshots } from "../ports/snapshots.ts";
import { AccessHistory } from "./access-history.ts";
import { Deployment } from "./deployment.ts";
import { Deployments } from "./deployments.ts";
import { Dispatching } from "./dispatching.ts";
import { Folding } from "./folding.ts";
import { HostStream } from "./host-stream.ts";
import { InFlight } from "./in-flight.ts";
import { Intake, type CommandPost, type EventPost } from "./intake.ts";
import { LogClock } from "./log-clock.ts";
import { Mailboxes } from "./mailboxes.ts";
import { Memberships } from "./memberships.ts";
import { Parking } from "./parking.ts";
import type { PendingCommand, PendingEvent } from "./pending.ts";
import { Queries } from "./queries.ts";
import { recover } from "./recovery.ts";
import { RuleSets } from "./rules.ts";
import { defaultSettings, type EngineSettings } from "./settings.ts";
import { Snapshotting } from "./snapshotting.ts";
import { StoredData } from "./stored-data.ts";
import { Timers } from "./timers.ts";
import { traceOf, type Trace } from "./trace.ts";
import { Turns } from "./turns.ts";
import { commandJsonOf, commandViewOf, eventJsonOf, type CommandView, type EventJson } from "./views.ts";

export type EnginePorts = {
  readonly journal: Journal;
  readonly functions: Functions;
  readonly snapshots: Snapshots;
  /** Whether new work is taken in; always when left out. */
  readonly disk?: DiskRoom;
  readonly clock: Clock;
  readonly chance: Chance;
  /** Told what goes on; nobody when left out. */
  readonly observer?: Observer | undefined;
};

export type EngineOptions = {
  readonly settings?: Partial<EngineSettings>;
  /** Called once when the engine can't go on: what is not durable was shown to nobody; the process has to end. */
  readonly onFatal: (error: unknown) => void;
  /** Called when something failed that nobody waits for and that harms nothing, such as a snapshot. */
  readonly onTrouble: (event: string, error: unknown) => void;
  /** Told of each command and dispatch that failed; nobody when left out. */
  readonly onFailure?: ((failure: Failure) => void) | undefined;
};

/** A command that was taken in. */
export type Posted = {
  readonly id: string;
  /** Settles when the command is on disk. */
  readonly durable: Promise<unknown>;
  /** Waits for its end: done, or parked. @throws EventoError SEQUENCE_MISMATCH */
  readonly outcome: () => Promise<CommandView>;
};

/** An event from outside that was taken in. */
export type PostedEvent = {
  readonly id: string;
  /** Waits until it is folded and on disk. @throws EventoError EVENT_NOT_FOLDED */
  readonly outcome: () => Promise<EventJson>;
};

const endlessDisk: DiskRoom = { requireRoom() {} };

export class Engine {
  readonly deployments: Deployments;
  readonly deployment: Deployment;
  readonly access: AccessHistory;
  readonly dispatching: Dispatching;
  readonly queries: Queries;
  readonly functions: Functions;
  readonly #journal: Journal;
  readonly #intake: Intake;
  readonly #inFlight: InFlight;
  readonly #parking: Parking;
  readonly #turns: Turns;
  readonly #timers: Timers;
  readonly #snapshotting: Snapshotting;
  readonly #mailboxes: Mailboxes;
  #closing: Promise<void> | undefined;

  private constructor(
    ports: EnginePorts,
    options: EngineOptions,
    given: { deployments: Deployments; sequence: number },
  ) {
    const { journal, functions, snapshots, chance, observer, disk = endlessDisk } = ports;
    const { deployments } = given;
    const settings = { ...defaultSettings, ...options.settings };
    const { onFatal, onFailure = () => {} } = options;
    const clock = new LogClock({ clock: ports.clock, last: journal.head.time });
    const timers = new Timers({ clock: ports.clock, logClock: clock });
    const host = new HostStream({ sequence: given.sequence });
    const inFlight = new InFlight();
    const memberships = new Memberships({ journal });
    const mailboxes = new Mailboxes({ journal });
    const folding = new Folding({ deployments, functions, journal, snapshots });
    const snapshotting = new Snapshotting({
      snapshots,
      deployments,
      settings,
      onFailure: (error) => options.onTrouble("snapshot.failed", error),
    });
    const shared = { journal, functions, chance, clock, timers, settings, deployments, host, inFlight, memberships };
    const turns = new Turns({ ...shared, folding, mailboxes, snapshotting, observer, onFailure, onFatal });
    const rules = new RuleSets({ deployments });
    const parking = new Parking({ ...shared, turns });
    this.deployments = deployments;
    this.functions = functions;
    this.dispatching = new Dispatching({ ...shared, rules, turns, observer, onFailure }, onFatal);
    const stored = new StoredData({ journal, inFlight, mailboxes });
    this.deployment = new Deployment({ ...shared, disk, dispatching: this.dispatching, folding, parking, stored });
    this.access = new AccessHistory({ ...shared });
    this.queries = new Queries({ journal, deployments, folding, mailboxes, memberships });
    this.#intake = new Intake({ ...shared, disk, mailboxes, turns });
    this.#journal = journal;
    this.#inFlight = inFlight;
    this.#parking = parking;
    this.#turns = turns;
    this.#timers = timers;
    this.#snapshotting = snapshotting;
    this.#mailboxes = mailboxes;
  }

  /** Takes up where the log ends: what is deployed, what is pending, where dispatchers are, what a new version has yet to retry. */
  static async open(ports: EnginePorts, options: EngineOptions): Promise<Engine> {
    const deployments = new Deployments();
    const { sequence, pending, overdue } = await recover(ports, deployments);
    const engine = new Engine(ports, options, { deployments, sequence });
    for (const command of pending) {
      engine.#inFlight.add(command);
      engine.#turns.deliver(command);
    }
    engine.dispatching.start();
    for (const dispatcher of overdue.dispatchers) engine.dispatching.retryParked(dispatcher);
    await engine.#parking.retryAll(overdue.commands);
    return engine;
  }

  /** Commands between acceptance and end. */
  get pendingCount(): number {
    return this.#inFlight.size;
  }

  /** Commands that ended since the start, by how. */
  get ended(): Readonly<Turns["ended"]> {
    return this.#turns.ended;
  }

  /** False while a client's command would be refused for want of room. */
  get hasRoom(): boolean {
    return this.#inFlight.hasRoom;
  }

  get head(): { readonly position: number; readonly group: number } {
    return this.#journal.head;
  }

  /** Takes a command in. @throws EventoError as Intake.command; SHUTTING_DOWN (retryable) */
  async post(post: CommandPost): Promise<Posted> {
    this.#requireOpen();
    const intake = await this.#intake.command(post);
    if (intake.kind === "known" && intake.record.status !== "pending") {
      const view = commandViewOf(intake.record, this.deployments);
      return { id: view.command.id, durable: Promise.resolve(), outcome: async () => view };
    }
    const pending = intake.kind === "pending" ? intake.pending : this.#inFlight.get(intake.record.command.id);
    // It was pending when the journal was asked and has ended since: the journal knows the end now.
    if (pending === undefined) return this.post(post);
    return { id: pending.command.id, durable: pending.durable, outcome: () => this.#outcomeOf(pending) };
  }

  /** Takes an event from outside in. @throws EventoError as Intake.event; SHUTTING_DOWN (retryable) */
  async postEvent(post: EventPost): Promise<PostedEvent> {
    this.#requireOpen();
    const intake = await this.#intake.event(post);
    if (intake.kind === "known") {
      const event = eventJsonOf(intake.event, this.deployments);
      return { id: event.id, outcome: async () => event };
    }
    const { pending } = intake;
    return { id: pending.id, outcome: () => this.#eventOf(pending) };
  }

  /** Makes a parked command pending again. @throws EventoError COMMAND_UNKNOWN, COMMAND_NOT_PARKED */
  async retry(id: string): Promise<Posted> {
    this.#requireOpen();
    const pending = await this.#parking.retry(id);
    return { id, durable: pending.durable, outcome: () => this.#outcomeOf(pending) };
  }

  /** The causation tree of a command or event. @throws EventoError TRACE_UNKNOWN */
  trace(id: string): Promise<Trace> {
    return traceOf(id, { journal: this.#journal, deployments: this.deployments });
  }

  /** Lets turns under way end and keeps what the next start can use. Does not close the ports. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#timers.close();
    await this.dispatching.close();
    await this.#turns.close();
    await this.#snapshotting.close();
    this.#mailboxes.keepAll();
  }

  async #outcomeOf(pending: PendingCommand): Promise<CommandView> {
    const settled = await pending.settled;
    if (settled.kind === "refused") throw settled.error;
    const command = commandJsonOf(pending.command, pending.notBefore, pending.schema);
    if (settled.kind === "parked")
      return { command, status: "parked", attempts: settled.attempts, last_error: settled.reason, events: [] };
    const events = settled.events.map((event) => eventJsonOf(event, this.deployments));
    return { command, status: "done", attempts: pending.attempts, last_error: null, events };
  }

  async #eventOf(pending: PendingEvent): Promise<EventJson> {
    const settled = await pending.settled;
    if (settled.kind === "refused") throw settled.error;
    return eventJsonOf(settled.event, this.deployments);
  }

  #requireOpen(): void {
    if (this.#closing !== undefined)
      throw new EventoError("SHUTTING_DOWN", "found the host shutting down", {
        retryable: true,
        hint: "try again when it is back",
      });
  }
}
