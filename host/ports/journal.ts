// The journal: the one log that is the truth, and the views of it that the host reads. Implemented on LevelDB (host/journal/level)
// and in memory (host/journal/memory); both run test/journal/journal-contract.ts.
import type { Command, Event, StoredEvent } from "../domain/envelope.ts";

/** How a command ended in events, and what is needed to run it again and compare. */
export type Outcome = {
  readonly command_id: string;
  /** SHA-256 (hex) of the component that handled it. */
  readonly function_digest: string;
  /** Sequence of the aggregate that the handler saw; 0 when there was none. */
  readonly seen_sequence: number;
  /** First 16 bytes of the SHA-256 of the state that the handler saw; empty when there was none. */
  readonly seen_state_hash: Uint8Array;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly duration_us: number;
  readonly memory_bytes: number;
  /** The events are the `event_count` entries of kind `event` right before this entry in the same append. */
  readonly event_count: number;
};

/** One fact in the log. An append of several is atomic: after a crash all of them are there, or none. */
export type JournalEntry =
  | {
      readonly kind: "command";
      readonly command: Command;
      /** Fingerprint of the schema that the payload is written in. */
      readonly schema: string;
      readonly not_before: number | null;
      /** True when the host has made the id just now: nothing in the log can have it, and nobody looks. Not stored. */
      readonly has_new_id?: boolean;
    }
  | {
      readonly kind: "event";
      /** `position` is given by the journal; what is passed is ignored. */
      readonly event: Event;
      readonly schema: string;
    }
  | ({ readonly kind: "outcome" } & Outcome)
  /** A try that ended without an event. The command stays pending. */
  | {
      readonly kind: "attempt";
      readonly command_id: string;
      readonly attempt: number;
      readonly reason: string;
      readonly time: number;
    }
  /** The command is given up until somebody retries it. */
  | {
      readonly kind: "parked";
      readonly command_id: string;
      readonly attempts: number;
      readonly reason: string;
      readonly time: number;
    }
  /** A parked command is pending again, with its attempts counted from 0. */
  | { readonly kind: "retried"; readonly command_id: string; readonly time: number }
  /** A dispatcher has done everything up to and with this position. */
  | { readonly kind: "cursor"; readonly dispatcher: string; readonly position: number }
  /** A dispatcher that was removed: its cursor is forgotten. What it parked waits for a dispatcher of that name. */
  | { readonly kind: "cursor-removed"; readonly dispatcher: string }
  /** The event at `position` could not be dispatched and is passed over until somebody retries it. */
  | {
      readonly kind: "dispatch-parked";
      readonly dispatcher: string;
      readonly position: number;
      readonly reason: string;
    }
  | { readonly kind: "dispatch-retried"; readonly dispatcher: string; readonly position: number }
  /** Entity ids of other aggregates that the aggregate's state began or ceased to hold. */
  | {
      readonly kind: "references";
      readonly aggregate: string;
      readonly added: readonly string[];
      readonly removed: readonly string[];
    };

export type CommandStatus = "pending" | "done" | "parked";

/** All that the log says of one command. */
export type CommandRecord = {
  readonly command: Command;
  /** Grows with the place in the log where the command was accepted: after a restart commands go on in this order. */
  readonly ordinal: number;
  readonly schema: string;
  readonly not_before: number | null;
  readonly status: CommandStatus;
  /** Tries that ended without an event since it was accepted or last retried. */
  readonly attempts: number;
  readonly last_error: string | null;
  readonly outcome: Outcome | null;
  /** The events of the outcome; empty unless `done`. */
  readonly events: readonly StoredEvent[];
};

export type EventFilter = {
  readonly aggregate?: string;
  readonly aggregate_type?: string;
  readonly event_type?: string;
  readonly entity?: string;
};

/** A folded state kept beside the log so that it need not be folded again: a cache, never the truth. */
export type FoldedState = {
  readonly aggregate: string;
  readonly sequence: number;
  /** SHA-256 (hex) of the component that folded it. Another aggregator's state does not match. */
  readonly aggregator_digest: string;
  /** Fingerprint of the schema that `state` is written in. */
  readonly schema: string;
  readonly state: Uint8Array;
};

export type AggregateEntry = { readonly aggregate: string; readonly sequence: number };

export type ParkedDispatch = { readonly dispatcher: string; readonly position: number; readonly reason: string };

export type JournalHead = {
  /** Groups in the log: one a group commit, numbered from 1 without a gap. */
  readonly group: number;
  /** Position of the last event; 0 in an empty log. */
  readonly position: number;
  /** SHA-256 chained over all groups. */
  readonly hash: Uint8Array;
  /** Time of the newest entry, 0 in an empty log: the clock of the host never goes back behind it. */
  readonly time: number;
};

export type Appended = {
  /** Position of the first event of the append, given at once; the others follow without a gap. */
  readonly firstPosition: number;
  /**
   * Settles when the entries are on disk and every read below sees them.
   * Rejects with EventoError JOURNAL_FAILED: then the journal is dead, and whether the entries will be there after a restart is unknown.
   */
  readonly durable: Promise<void>;
};

/** Where a read of many ends. */
export type ReadBounds = {
  readonly limit: number;
  /** Ends once the payloads are so long: what reaches it is still there, so that there is one at least. */
  readonly bytesMax?: number;
};

/** Payloads as one version of a schema has them. */
export type PayloadReader = {
  /** Fingerprint of that version: payloads written with it are taken as they are. */
  readonly schema: string;
  /**
   * A payload that was written with another version, in this one.
   *
   * @throws EventoError when this one has no such event.
   */
  resolve(eventType: string, payload: Uint8Array, schema: string): Uint8Array;
};

/** Events as an aggregator takes them. */
export type EncodedEvents = {
  /** An Avro array of `evento.Event`, with 0 for each position. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Sequence of the last of them; 0 when there are none. */
  readonly lastSequence: number;
};

/**
 * The port. Reads see what is durable and nothing else; after `durable` they see the append.
 *
 * Appends become durable in the order of the calls, whole groups at a time. The engine may therefore build on an append
 * before it is durable, as long as nothing of it is shown outside before.
 */
export interface Journal {
  /** What is durable now. */
  readonly head: JournalHead;

  /**
   * Puts entries at the end of the log in one atomic step, giving positions to its events.
   *
   * @throws EventoError JOURNAL_FAILED after a failed write, JOURNAL_CLOSED after close.
   */
  append(entries: readonly JournalEntry[]): Appended;

  /** Waits until less than the bound of bytes waits to be written: callers that can wait do so before they append. */
  room(): Promise<void>;

  /** Calls back after each group that became durable. Returns a function that ends it. */
  watch(listener: (head: JournalHead) => void): () => void;

  command(id: string): Promise<CommandRecord | undefined>;
  /** Commands in a status, ordered by id, after the id `after` ("" for the start). */
  commandsIn(status: "pending" | "parked", page: ReadBounds & { after: string }): Promise<readonly CommandRecord[]>;
  /** Commands of the tree under a root cause that are deeper than its root, ordered by when they were accepted. */
  commandsUnder(rootCause: string, bounds: ReadBounds): Promise<readonly CommandRecord[]>;

  /**
   * Events in log order after a position. Looks at no more than `scanLimit` events, so that a filter that matches little
   * can't hold the host up; `scannedTo` is where to go on.
   */
  events(
    query: ReadBounds & { after: number; scanLimit?: number; filter?: EventFilter },
  ): Promise<{ events: readonly StoredEvent[]; scannedTo: number }>;
  event(id: string): Promise<StoredEvent | undefined>;
  /** Events of one aggregate in sequence order after a sequence. */
  stream(aggregate: string, query: ReadBounds & { after: number }): Promise<readonly StoredEvent[]>;
  /**
   * The same as an aggregator takes them, their payloads as the reader has them; `bytesMax` is of all their bytes.
   *
   * @throws what the reader throws.
   */
  encodedStream(
    aggregate: string,
    query: ReadBounds & { after: number; reader: PayloadReader },
  ): Promise<EncodedEvents>;

  /** Sequence of the aggregate's last event; 0 when there is none. */
  sequence(aggregate: string): Promise<number>;
  /** Aggregates of a type ordered by id, after the id `after` ("" for the start). */
  aggregates(aggregateType: string, page: { after: string; limit: number }): Promise<readonly AggregateEntry[]>;
  /** The aggregate that an entity inside an aggregate belongs to: that of the first event about it. Not for roots. */
  aggregateOf(entity: string): Promise<string | undefined>;
  /** Ids of the aggregates whose state holds a reference to the entity, in order. */
  referrers(entity: string): Promise<readonly string[]>;

  /** Position that a dispatcher has done; undefined when the log has no cursor of it. */
  cursor(dispatcher: string): Promise<number | undefined>;
  parkedDispatches(dispatcher: string, page: { after: number; limit: number }): Promise<readonly ParkedDispatch[]>;

  state(aggregate: string): Promise<FoldedState | undefined>;
  /** Keeps a folded state, replacing an older one: written behind, lost without harm. */
  keepState(state: FoldedState): void;

  /** Writes what waits and closes. Idempotent. */
  close(): Promise<void>;
}
