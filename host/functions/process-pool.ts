// Warm function processes without a function: taking one costs milliseconds, starting one twenty and more.
import { EventoError } from "../errors.ts";
import type { FunctionProcess } from "./function-process.ts";
import { isolationLevels, type IsolationLevel, processStart } from "./isolation.ts";
import type { Nursery } from "./nursery.ts";

/** Failed starts in a row are tried again at most this far apart. */
const retryMsMax = 5_000;
const retryMsMin = 50;
/**
 * Another process is started for one that was taken only after this: to order it takes 0.7 ms of this thread, and its start a
 * processor for 25, while the one that was taken has an answer to give.
 */
const refillDelayMs = 20;

export class ProcessPool {
  readonly #nursery: Nursery;
  readonly #size: number;
  readonly #memoryBytesMax: number;
  readonly #ready: FunctionProcess[] = [];
  readonly #waiting: PromiseWithResolvers<FunctionProcess>[] = [];
  #level: IsolationLevel = 0;
  #starting = 0;
  #failures = 0;
  #retry: NodeJS.Timeout | undefined;
  #refill: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(given: { readonly nursery: Nursery; readonly size: number; readonly memoryBytesMax: number }) {
    this.#nursery = given.nursery;
    this.#size = given.size;
    this.#memoryBytesMax = given.memoryBytesMax;
  }

  get level(): IsolationLevel {
    return this.#level;
  }

  /**
   * Finds the best level that works here by starting a process at it, and fills the pool.
   *
   * @throws EventoError FUNCTION_UNAVAILABLE when no process comes up at any level.
   */
  async open(): Promise<void> {
    let failure: unknown;
    for (const level of isolationLevels()) {
      try {
        const process = await this.#nursery.start(processStart(level, { memoryBytesMax: this.#memoryBytesMax }));
        if (level === 0 || process.sealed) {
          this.#level = level;
          this.#put(process);
          this.#fill();
          return;
        }
        process.end();
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  /**
   * A process that is sealed and knows no function yet; the pool starts another, at once when it had none.
   *
   * @throws EventoError FUNCTION_UNAVAILABLE (retryable) when none comes up.
   */
  take(): Promise<FunctionProcess> {
    if (this.#closed) return Promise.reject(closing());
    const ready = this.#ready.shift();
    if (ready !== undefined) {
      this.#fillLater();
      return Promise.resolve(ready);
    }
    const settle = Promise.withResolvers<FunctionProcess>();
    this.#waiting.push(settle);
    this.#fill();
    return settle.promise;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#refill);
    for (const process of this.#ready.splice(0)) process.end();
    for (const waiting of this.#waiting.splice(0)) waiting.reject(closing());
  }

  #fillLater(): void {
    this.#refill ??= setTimeout(() => {
      this.#refill = undefined;
      this.#fill();
    }, refillDelayMs);
  }

  #fill(): void {
    if (this.#closed || this.#retry !== undefined) return;
    while (this.#ready.length + this.#starting < this.#size + this.#waiting.length) {
      this.#starting++;
      this.#nursery.start(processStart(this.#level, { memoryBytesMax: this.#memoryBytesMax })).then(
        (process) => this.#started(process),
        (error: unknown) => this.#failed(error),
      );
    }
  }

  #started(process: FunctionProcess): void {
    this.#starting--;
    this.#failures = 0;
    if (this.#closed) process.end();
    else this.#put(process);
  }

  #put(process: FunctionProcess): void {
    const waiting = this.#waiting.shift();
    if (waiting !== undefined) {
      waiting.resolve(process);
      return;
    }
    this.#ready.push(process);
    process.own({
      deadlineMs: 0,
      settled() {},
      logged() {},
      died: () => {
        const index = this.#ready.indexOf(process);
        if (index >= 0) this.#ready.splice(index, 1);
        this.#retryLater();
      },
    });
  }

  #failed(error: unknown): void {
    this.#starting--;
    this.#waiting.shift()?.reject(error);
    this.#retryLater();
  }

  #retryLater(): void {
    if (this.#closed || this.#retry !== undefined) return;
    this.#failures++;
    this.#retry = setTimeout(
      () => {
        this.#retry = undefined;
        this.#fill();
      },
      Math.min(retryMsMax, retryMsMin * 2 ** Math.min(this.#failures, 10)),
    );
  }
}

function closing(): EventoError {
  return new EventoError("FUNCTION_UNAVAILABLE", "the host is closing", { retryable: true });
}
