// The one error class of the host: callers branch on `code` and `retryable`, people read `message` and `hint`.

/** One fault inside a value, at a JSON path such as `payload.amount`. */
export type Fault = { readonly path: string; readonly message: string };

export type EventoErrorOptions = {
  /** True when the same call may succeed later without a change by the caller. */
  readonly retryable?: boolean;
  /** What the reader should do about it. */
  readonly hint?: string;
  /** Where a value is off its schema. */
  readonly faults?: readonly Fault[];
  readonly cause?: unknown;
};

/**
 * An operating failure or a refused input, with a stable code.
 *
 * Messages are lower case, without a full stop, and say what was found and what was expected.
 */
export class EventoError extends Error {
  readonly code: string;
  readonly retryable: boolean;
  readonly hint: string | undefined;
  readonly faults: readonly Fault[];

  constructor(code: string, message: string, options: EventoErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "EventoError";
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.hint = options.hint;
    this.faults = options.faults ?? [];
  }
}

/** Crashes on a broken invariant: such a failure is a defect of the host and is never caught to go on. */
export function invariant(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${message}`);
}

/** The message of whatever was thrown, for a log line or a stored reason. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
