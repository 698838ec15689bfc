// Commands and events as the host holds them. Field names are those of contract/envelopes.avsc in Avro, JSON and code alike,
// so that an envelope is never translated. Payloads are Avro binary in the version of the schema named by `schema`.

export type CauseKind = "external" | "command" | "event";

/** What made a command or an event: an outside call, a command or an event, by id. */
export type Cause = { readonly kind: CauseKind; readonly id: string };

/** The intent to do something to one entity. Immutable. */
export type Command = {
  readonly id: string;
  readonly command_type: string;
  readonly entity: string;
  readonly aggregate: string;
  readonly aggregate_type: string;
  /** Milliseconds since 1970: when it was accepted. A handler's only clock. */
  readonly time: number;
  readonly cause: Cause;
  readonly root_cause: string;
  readonly depth: number;
  readonly payload: Uint8Array;
};

/** What happened to one entity. Final. */
export type Event = {
  readonly id: string;
  readonly event_type: string;
  readonly entity: string;
  readonly aggregate: string;
  readonly aggregate_type: string;
  /** Place in the aggregate's stream, from 1, without a gap. */
  readonly sequence: number;
  /** Place in the host's log, from 1, without a gap; 0 while it is being decided, and always for an aggregator: a fold must not depend on it. */
  readonly position: number;
  /** Milliseconds since 1970; never smaller than that of an earlier position. */
  readonly time: number;
  readonly cause: Cause;
  readonly root_cause: string;
  readonly depth: number;
  readonly payload: Uint8Array;
};

/** An event as stored: with the fingerprint of the aggregate schema that its payload was written with. */
export type StoredEvent = Event & { readonly schema: string };

export type EventDraft = { readonly entity: string; readonly event_type: string; readonly payload: Uint8Array };

export type CommandDraft = {
  readonly entity: string;
  readonly command_type: string;
  readonly payload: Uint8Array;
  /** Milliseconds since 1970 before which the command is not handled. */
  readonly not_before: number | null;
};
