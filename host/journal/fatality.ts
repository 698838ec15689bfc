// The one failure that ends a journal: a write that failed, or damage that was read. Whoever finds it raises it here; whoever has
// to stop is told, once.
import { EventoError } from "../errors.ts";

export class Fatality {
  readonly #listeners: ((error: Error) => void)[] = [];
  #error: Error | undefined;
  #closed = false;

  /** The failure, when there was one. */
  get error(): Error | undefined {
    return this.#error;
  }

  /** Tells of the failure, once; at once when it has come already, as by a write that was under way while the journal opened. */
  onRaise(listener: (error: Error) => void): void {
    if (this.#error === undefined) this.#listeners.push(listener);
    else listener(this.#error);
  }

  /** Ends the journal; all but the first failure are its consequences. Returns what to throw. */
  raise(error: Error): Error {
    if (this.#closed) return journalClosed();
    if (this.#error !== undefined) return error;
    this.#error = error;
    for (const listener of this.#listeners) listener(error);
    return error;
  }

  /** The journal is closed in good order: what fails from now on was asked too late. */
  close(): void {
    this.#closed = true;
  }
}

/** What callers get whose append is not known to be durable. */
export function journalFailed(cause: unknown): EventoError {
  return new EventoError("JOURNAL_FAILED", "the journal has failed, and whether this append is in the log is unknown", {
    cause,
    hint: "look at the cause: free disk space or mend the disk, then start again; the log then tells what it has",
  });
}

export function journalClosed(): EventoError {
  return new EventoError("JOURNAL_CLOSED", "found the journal closed");
}
