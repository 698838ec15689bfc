// What failed while nobody may have waited for it, as lines of the log: by the ids of command or event, and of its trace.
import type { Command, StoredEvent } from "./domain/envelope.ts";
import type { Logger } from "./json-log.ts";
import { failureLinesPerSecondMax } from "./limits.ts";
import type { Failure } from "./ports/observer.ts";
import type { TraceRoots } from "./tracing/trace-roots.ts";

export class FailureLog {
  readonly #logger: Logger;
  readonly #roots: TraceRoots;
  readonly #isTraced: boolean;
  readonly #now: () => number;
  #second = 0;
  #lines = 0;
  #dropped = 0;

  /** @param given - `isTraced` when all calls have traces, and not only those whose callers trace. */
  constructor(given: { logger: Logger; roots: TraceRoots; isTraced: boolean; now: () => number }) {
    this.#logger = given.logger;
    this.#roots = given.roots;
    this.#isTraced = given.isTraced;
    this.#now = given.now;
  }

  put(failure: Failure): void {
    // A function that fails on everything must not fill a disk: what was left out is told by the next line.
    const second = Math.floor(this.#now() / 1_000);
    if (second !== this.#second) this.#lines = 0;
    this.#second = second;
    if (this.#lines >= failureLinesPerSecondMax) {
      this.#dropped++;
      return;
    }
    this.#lines++;
    const dropped = this.#dropped > 0 ? this.#dropped : undefined;
    this.#dropped = 0;
    this.#traceOf(failure.about).then(
      (trace) => this.#write(failure, { trace, dropped }),
      () => this.#write(failure, { trace: undefined, dropped }),
    );
  }

  async #traceOf(about: Command | StoredEvent): Promise<string | undefined> {
    const { trace, parent } = await this.#roots.of(about);
    return this.#isTraced || parent !== undefined ? trace : undefined;
  }

  #write(failure: Failure, { trace, dropped }: { trace: string | undefined; dropped: number | undefined }): void {
    const { event, about, dispatcher, attempts, reason } = failure;
    this.#logger.log("warn", event, {
      ...idsOf(about),
      entity: about.entity,
      dispatcher,
      attempts,
      reason,
      trace_id: trace,
      lines_dropped: dropped,
    });
  }
}

function idsOf(about: Command | StoredEvent): { readonly [name: string]: string } {
  if ("command_type" in about) return { command_id: about.id, command_type: about.command_type };
  return { event_id: about.id, event_type: about.event_type };
}
