// Work that waits in a mailbox: a command, or an event from outside, and who waits for its end.
import type { Command, EventDraft, StoredEvent } from "../domain/envelope.ts";
import type { EventoError } from "../errors.ts";
import type { AggregateSchema } from "../schemas/aggregate-schema.ts";

/** The end of a command as far as the host takes it by itself. Told only when it is durable. */
export type Settled =
  | { readonly kind: "done"; readonly events: readonly StoredEvent[] }
  | { readonly kind: "parked"; readonly attempts: number; readonly reason: string }
  /** Nothing was executed and nothing is kept. */
  | { readonly kind: "refused"; readonly error: EventoError };

/** A command between its acceptance and its outcome. */
export class PendingCommand {
  readonly kind = "command";
  readonly command: Command;
  /** The version that the payload is written in. */
  readonly schema: AggregateSchema;
  readonly notBefore: number | null;
  /** Sequence that the aggregate must have when its turn comes; such a command is not in the log before. */
  readonly expectedSequence: number | undefined;
  /** The host has made its id. */
  readonly hasNewId: boolean;
  /** Failed tries so far. */
  attempts = 0;
  /** In the log. */
  accepted = false;
  readonly settled: Promise<Settled>;
  /** Settles when the command is on disk: for one that expects a sequence not before its turn has come. */
  durable: Promise<unknown>;
  readonly #settle: (settled: Settled) => void;

  constructor(given: {
    command: Command;
    schema: AggregateSchema;
    notBefore?: number | null;
    expectedSequence?: number | undefined;
    hasNewId?: boolean;
  }) {
    this.command = given.command;
    this.schema = given.schema;
    this.notBefore = given.notBefore ?? null;
    this.expectedSequence = given.expectedSequence;
    this.hasNewId = given.hasNewId ?? false;
    const { promise, resolve } = Promise.withResolvers<Settled>();
    this.settled = promise;
    this.durable = promise;
    this.#settle = resolve;
  }

  settle(settled: Settled): void {
    this.#settle(settled);
  }
}

export type EventSettled =
  | { readonly kind: "done"; readonly event: StoredEvent }
  | { readonly kind: "refused"; readonly error: EventoError };

/** An event from outside that waits for its turn: it is in the log only once it could be folded. */
export class PendingEvent {
  readonly kind = "event";
  readonly id: string;
  /** Id of the call that brought it. */
  readonly call: string;
  readonly draft: EventDraft;
  readonly schema: AggregateSchema;
  readonly settled: Promise<EventSettled>;
  readonly #settle: (settled: EventSettled) => void;

  constructor(given: { id: string; call?: string | undefined; draft: EventDraft; schema: AggregateSchema }) {
    this.id = given.id;
    this.call = given.call ?? given.id;
    this.draft = given.draft;
    this.schema = given.schema;
    const { promise, resolve } = Promise.withResolvers<EventSettled>();
    this.settled = promise;
    this.#settle = resolve;
  }

  settle(settled: EventSettled): void {
    this.#settle(settled);
  }
}

export type MailItem = PendingCommand | PendingEvent;
