// One version of one function: a queue of calls before at most one process, which starts with the first call and ends when there
// are none for long. When a process dies, every call that it owed an answer is suspect and is run again alone, so that only the
// one that kills it again fails.
//
//   idle ──call──► starting ──loaded──► running ──nothing to do for long, or retired──► idle
//                     ▲                    │
//                     └──── backoff ◄──── death ──five in a row──► failing ──one call at backoff pace──► …
import { EventoError, reasonOf } from "../errors.ts";
import { callsPerFunctionMax, callWindowMax, windowBytesMax } from "../limits.ts";
import type { FunctionRef, FunctionStatus } from "../ports/functions.ts";
import { type Call, SingleCall } from "./calls.ts";
import kinds from "./frame-kinds.json" with { type: "json" };
import type { Death, FunctionProcess, ProcessOwner } from "./function-process.ts";
import type { FunctionRecord } from "./function-record.ts";
import type { LoggedText } from "./log-lines.ts";
import { RestartBackoff } from "./restart-backoff.ts";

export type VersionSettings = {
  readonly deadlineMs: number;
  readonly idleMs: number;
  readonly loadMs: number;
};

export type VersionContext = {
  readonly settings: VersionSettings;
  /** What a process has to be sent to become this function. @throws EventoError FUNCTION_UNAVAILABLE */
  readonly load: (digest: string) => Promise<readonly Uint8Array[]>;
  /** A process had to compile the glue of what it was sent. */
  readonly loadedUncompiled: (digest: string) => void;
  readonly takeProcess: () => Promise<FunctionProcess>;
  readonly log: (fn: FunctionRef, line: LoggedText) => void;
  readonly record: FunctionRecord;
  /** It has nothing to do any more, and was retired. */
  readonly ended: (version: FunctionVersion) => void;
};

export class FunctionVersion {
  readonly fn: FunctionRef;
  readonly #context: VersionContext;
  readonly #backoff = new RestartBackoff({ now: () => performance.now(), fraction: () => Math.random() });
  readonly #waiting: Call[] = [];
  readonly #suspects: Call[] = [];
  #process: FunctionProcess | undefined;
  #starting: Promise<void> | undefined;
  #restart: NodeJS.Timeout | undefined;
  #idle: NodeJS.Timeout | undefined;
  #usedAt = 0;
  /** Its last process was killed at its deadline: the next gets what others leave, until it has nothing to do. */
  #looped = false;
  #retired = false;
  #closed = false;

  constructor(given: { readonly fn: FunctionRef; readonly context: VersionContext }) {
    this.fn = given.fn;
    this.#context = given.context;
  }

  get state(): FunctionStatus["state"] {
    if (this.#backoff.failing) return "failing";
    if (this.#starting !== undefined || this.#restart !== undefined) return "starting";
    if (this.#process === undefined) return "idle";
    return this.#retired ? "draining" : "running";
  }

  get processes(): FunctionStatus["processes"] {
    const process = this.#process;
    if (process === undefined) return [];
    return [{ pid: process.pid, up_ms: Math.round(performance.now() - process.bornAt), in_flight: process.inFlight }];
  }

  /** Starts its process when there is none. @throws EventoError FUNCTION_UNAVAILABLE (retryable) */
  async warm(): Promise<void> {
    this.#retired = false;
    if (this.#process !== undefined) return;
    await (this.#starting ?? this.#start());
  }

  /** Takes a call, which settles by itself: answered, failed, or unavailable. */
  submit(call: Call): void {
    const refusal = this.#refusal();
    if (refusal !== undefined) {
      call.unavailable(refusal);
      return;
    }
    this.#waiting.push(call);
    this.#pump();
  }

  /** Ends as soon as it has nothing to do. */
  retire(): void {
    this.#retired = true;
    this.#pump();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#restart);
    clearTimeout(this.#idle);
    this.#refuseAll(closing(this.fn));
    this.#process?.end();
  }

  #refusal(): EventoError | undefined {
    if (this.#closed) return closing(this.fn);
    if (this.#waiting.length + this.#suspects.length >= callsPerFunctionMax)
      return unavailable(`${callsPerFunctionMax} calls of ${this.fn.name} are waiting already`);
    if (!this.#backoff.failing) return undefined;
    // One call at a time finds out whether it has recovered.
    const probing = this.#waiting.length > 0 || this.#suspects.length > 0 || this.#process?.inFlight === 1;
    return probing || this.#backoff.waitMs > 0 ? this.#failingError() : undefined;
  }

  #failingError(): EventoError {
    const [last] = this.#context.record.counts().last_errors;
    return unavailable(`${this.fn.name} dies again and again: ${last?.reason ?? "for unknown reasons"}`);
  }

  /** Sends what may be sent, starts a process when one is needed, lets it go when it is not. */
  #pump(): void {
    if (this.#closed) return;
    const process = this.#process;
    if (process === undefined) {
      if (this.#waiting.length > 0 || this.#suspects.length > 0) this.#startLater();
      else if (this.#retired && this.#starting === undefined) this.#conclude();
      return;
    }
    const [suspect] = this.#suspects;
    if (suspect !== undefined) {
      if (process.inFlight === 0) process.send(suspect, { alone: true });
      return;
    }
    while (process.inFlight < callWindowMax && process.bytesInFlight < windowBytesMax) {
      const call = this.#waiting.shift();
      if (call === undefined) break;
      process.send(call, { alone: false });
    }
    if (process.inFlight === 0) this.#rest(process);
  }

  #rest(process: FunctionProcess): void {
    this.#usedAt = performance.now();
    if (this.#retired || process.isLast) {
      this.#looped = false;
      this.#process = undefined;
      process.end();
      if (this.#retired) this.#conclude();
      return;
    }
    this.#idle ??= setTimeout(() => this.#endIdle(), this.#context.settings.idleMs);
  }

  #conclude(): void {
    clearTimeout(this.#idle);
    this.#idle = undefined;
    this.#context.ended(this);
  }

  #endIdle(): void {
    this.#idle = undefined;
    const process = this.#process;
    if (process === undefined || process.inFlight > 0) return;
    const left = this.#usedAt + this.#context.settings.idleMs - performance.now();
    if (left > 1) {
      this.#idle = setTimeout(() => this.#endIdle(), left);
      return;
    }
    this.#process = undefined;
    process.end();
  }

  #startLater(): void {
    if (this.#starting !== undefined || this.#restart !== undefined) return;
    const { waitMs } = this.#backoff;
    const start = (): void => {
      this.#restart = undefined;
      this.#start().catch(() => {}); // told to the calls that wait
    };
    if (waitMs === 0) start();
    else this.#restart = setTimeout(start, waitMs);
  }

  #start(): Promise<void> {
    this.#starting = this.#load().then(
      (process) => {
        this.#starting = undefined;
        this.#process = process;
        if (process.dead || this.#closed) this.#lost(process);
        else this.#pump();
      },
      (error: unknown) => {
        this.#starting = undefined;
        this.#startFailed(error);
        throw error;
      },
    );
    return this.#starting;
  }

  async #load(): Promise<FunctionProcess> {
    const { takeProcess, record, settings } = this.#context;
    const parts = await this.#context.load(this.fn.digest);
    const process = await takeProcess();
    if (this.#looped) process.goLast();
    const load = new SingleCall({ kind: kinds.load, parts, tally: { answered() {}, took() {} } });
    process.own({
      deadlineMs: settings.loadMs,
      settled() {},
      logged: (line) => this.#context.log(this.fn, line),
      died: ({ reason }) => load.unavailable(unavailable(`${this.fn.name} died while it was loaded: ${reason}`)),
    });
    process.send(load, { alone: false });
    const answer = await load.answer;
    process.own(this.#ownerOf(process));
    if (answer.kind === "ok") {
      if (answer.bytes.length > 0) this.#context.loadedUncompiled(this.fn.digest);
      return process;
    }
    process.end();
    record.remember(answer.reason);
    throw unavailable(`${this.fn.name} can't be loaded: ${answer.reason}`);
  }

  #startFailed(error: unknown): void {
    this.#backoff.died();
    this.#context.record.restarted(reasonOf(error));
    if (this.#backoff.failing || this.#closed) this.#refuseAll(this.#failingError());
    else this.#pump();
  }

  #ownerOf(process: FunctionProcess): ProcessOwner {
    return {
      deadlineMs: this.#context.settings.deadlineMs,
      settled: (call, progress) => {
        this.#backoff.answered();
        if (this.#suspects[0] === call) {
          if (progress === "done") this.#suspects.shift();
        } else if (progress === "again") this.#waiting.unshift(call);
        this.#pump();
      },
      logged: (line) => this.#context.log(this.fn, line),
      died: (death) => {
        if (this.#process !== process) return;
        this.#process = undefined;
        this.#died(death);
      },
    };
  }

  #lost(process: FunctionProcess): void {
    if (this.#process !== process) return;
    this.#process = undefined;
    if (this.#closed) process.end();
    else this.#died({ reason: "died after it was loaded", unanswered: [], late: false, orphaned: false });
  }

  #died({ reason, unanswered, late, orphaned }: Death): void {
    if (this.#closed) {
      for (const call of unanswered) call.unavailable(closing(this.fn));
      return;
    }
    this.#backoff.died();
    this.#looped ||= late;
    this.#context.record.restarted(`its process died: ${reason}`);
    for (const call of unanswered) if (!this.#suspects.includes(call)) this.#suspects.push(call);
    const deaths = orphaned ? [] : unanswered.map((call) => call.suspected());
    const [first] = unanswered;
    const alone = unanswered.length === 1 && first?.outstanding === 1;
    if (first !== undefined && alone && (late || (deaths[0] ?? 0) > 1))
      this.#blame(first, late ? reason : `killed its process: ${reason}`);
    if (this.#backoff.failing) this.#refuseAll(this.#failingError());
    this.#pump();
  }

  #blame(call: Call, reason: string): void {
    if (call.guilty(reason) === "done") this.#suspects.splice(this.#suspects.indexOf(call), 1);
  }

  #refuseAll(error: EventoError): void {
    for (const call of [...this.#suspects.splice(0), ...this.#waiting.splice(0)]) call.unavailable(error);
  }
}

function closing(fn: FunctionRef): EventoError {
  return unavailable(`${fn.name} can't be run: the host is closing`);
}

function unavailable(message: string): EventoError {
  return new EventoError("FUNCTION_UNAVAILABLE", message, { retryable: true });
}
