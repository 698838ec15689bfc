// Functions: how the engine calls what users deployed. Implemented by processes (host/functions) and, for tests, in memory.

export type FunctionKind = "handler" | "aggregator" | "dispatcher";

/** A deployed component. Several versions of one name may run at once while one takes over from the other. */
export type FunctionRef = {
  readonly name: string;
  /** SHA-256 (hex) of the component's bytes. */
  readonly digest: string;
};

/** What a component is, found out by running it in a throw-away process. */
export type CheckedFunction = {
  readonly digest: string;
  readonly kinds: readonly FunctionKind[];
  /** The parsed JSON that `describe` answered, not yet believed. */
  readonly description: unknown;
};

export type Usage = {
  readonly duration_us: number;
  /** Size of the linear memory after the call. */
  readonly memory_bytes: number;
};

export type Answer =
  | { readonly kind: "ok"; readonly bytes: Uint8Array; readonly usage: Usage }
  /** Failed without an event, by the function's own guilt: its error text, a trap, a deadline, a death. */
  | { readonly kind: "failed"; readonly reason: string; readonly usage: Usage };

export type Turn = {
  /** The root record in the component's own schema; null when there is no such aggregate yet. */
  readonly state: Uint8Array | null;
  /** Sequence of the last event folded into `state`; 0 when there is none. */
  readonly sequence: number;
  /** Milliseconds since 1970 for all events of the turn. */
  readonly time: number;
  /** Avro evento.Command, payload in the component's own schema, 1 to `turnCommandsMax`. */
  readonly commands: readonly Uint8Array[];
};

/** One command of a turn: decided and folded, or failed. After a failed one the next sees the state before it. */
export type Step =
  | {
      readonly kind: "decided";
      /** Avro array of evento.EventDraft, as the handler answered. */
      readonly drafts: Uint8Array;
      /** The root record after its events. */
      readonly state: Uint8Array;
      readonly usage: Usage;
    }
  | { readonly kind: "failed"; readonly reason: string; readonly usage: Usage };

export type FunctionStatus = {
  /** `idle`: no process, one starts with the next call. `failing`: dies again and again, callers are told so at once. */
  readonly state: "idle" | "starting" | "running" | "draining" | "failing";
  readonly processes: readonly { readonly pid: number; readonly up_ms: number; readonly in_flight: number }[];
  readonly calls: number;
  readonly failures: number;
  readonly restarts: number;
  readonly latency_us: { readonly mean: number; readonly max: number };
  /** The newest first. */
  readonly last_errors: readonly { readonly time: number; readonly reason: string }[];
};

/**
 * The port. Every call has a deadline; a guilty function shows as an answer of kind `failed`.
 *
 * Calls throw EventoError FUNCTION_UNAVAILABLE (retryable) when the function can't be run now for another reason than the input,
 * which does not count as a try of a command.
 */
export interface Functions {
  /**
   * The deploy gate: checks, transpiles and tries a component in a throw-away process, and keeps it by digest.
   *
   * @throws EventoError FUNCTION_REFUSED with the reason; nothing is kept then.
   */
  check(component: Uint8Array): Promise<CheckedFunction>;
  /** The bytes of a component that `check` kept. */
  component(digest: string): Promise<Uint8Array | undefined>;

  /** Starts the version in a warm process, then lets older versions of the name finish what they have and end. */
  activate(fn: FunctionRef): Promise<void>;
  /** Lets all versions of a name finish what they have and end. */
  retire(name: string): Promise<void>;

  /** Handler and aggregator of one component over a window of commands of one aggregate, in one round trip. */
  turn(fn: FunctionRef, turn: Turn): Promise<readonly Step[]>;
  /** command: Avro evento.Command. Answers an Avro array of evento.EventDraft. */
  handle(fn: FunctionRef, call: { command: Uint8Array; state: Uint8Array | null }): Promise<Answer>;
  /** events: Avro array of evento.Event with positions 0. Answers the root record. */
  aggregate(fn: FunctionRef, call: { state: Uint8Array | null; events: Uint8Array }): Promise<Answer>;
  /** event: Avro evento.DispatchedEvent. Answers an Avro array of evento.CommandDraft. */
  dispatch(fn: FunctionRef, call: { event: Uint8Array }): Promise<Answer>;

  status(name: string): FunctionStatus;
  close(): Promise<void>;
}
