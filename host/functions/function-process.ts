// One living function process: sends it requests, hands its frames to them, and tells its owner when it is dead.
import type { Socket } from "node:net";
import { setPriority } from "node:os";

import { frameBytesMax } from "../limits.ts";
import { reasonOf } from "../errors.ts";
import type { Call } from "./calls.ts";
import { cpuMsOf } from "./cpu-time.ts";
import kinds from "./frame-kinds.json" with { type: "json" };
import { FrameReader } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import type { LoggedText } from "./log-lines.ts";

/** How long a pipe's end waits for the nursery's report of how the process died. */
const reportMsMax = 200;
/** Progress is looked at this often within a deadline. */
const checkShare = 1 / 4;
/** A process that hardly gets to run is given up after so many deadlines. */
const starvedDeadlines = 5;

/** Of a process whose forerunner took a processor and answered nothing: behind all others. */
const lastNice = 15;

export type Death = {
  readonly reason: string;
  /** In the order in which they were sent; each may be guilty. */
  readonly unanswered: readonly Call[];
  /** True when it was killed for a deadline that passed. */
  readonly late: boolean;
  /** True when it went with its nursery: none of the calls is to blame. */
  readonly orphaned: boolean;
};

/** Who is told what a process does. */
export type ProcessOwner = {
  readonly deadlineMs: number;
  /** A call is answered, or (again) wants to send more. */
  settled(call: Call, progress: "again" | "done"): void;
  logged(line: LoggedText): void;
  died(death: Death): void;
};

const ownerless: ProcessOwner = { deadlineMs: 0, settled() {}, logged() {}, died() {} };

export class FunctionProcess {
  readonly pid: number;
  readonly sealed: boolean;
  readonly bornAt = performance.now();
  readonly #pipe: Socket;
  readonly #writer: FrameWriter;
  readonly #reader: FrameReader;
  readonly #kill: () => void;
  readonly #calls = new Map<number, Call>();
  #owner: ProcessOwner = ownerless;
  #lastId = 0;
  #bytesInFlight = 0;
  #progressAt = 0;
  #checkedProgressAt = 0;
  #cpuMsBefore: number | undefined;
  #check: NodeJS.Timeout | undefined;
  #report: NodeJS.Timeout | undefined;
  #endReason: string | undefined;
  #late = false;
  #orphaned = false;
  #isLast = false;
  #dead = false;

  constructor(given: {
    readonly pid: number;
    readonly sealed: boolean;
    readonly pipe: Socket;
    readonly kill: () => void;
  }) {
    this.pid = given.pid;
    this.sealed = given.sealed;
    this.#kill = given.kill;
    this.#pipe = given.pipe;
    this.#writer = new FrameWriter({ pipe: given.pipe });
    this.#reader = new FrameReader({ take: (kind, id, payload) => this.#take(kind, id, payload), frameBytesMax });
    this.#pipe.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#pipe.on("error", () => {}); // "close" follows
    this.#pipe.on("close", () => this.#closed());
    this.#pipe.resume();
  }

  get dead(): boolean {
    return this.#dead;
  }

  get inFlight(): number {
    return this.#calls.size;
  }

  get bytesInFlight(): number {
    return this.#bytesInFlight;
  }

  /** Whether it gets only what all others leave of the processors. */
  get isLast(): boolean {
    return this.#isLast;
  }

  /** Lets all others go first, for good: not every user may raise what was lowered. */
  goLast(): void {
    if (this.#isLast || this.#dead) return;
    try {
      setPriority(this.pid, lastNice);
      this.#isLast = true;
    } catch {
      // It is gone already, or the system does not let it.
    }
  }

  /** Says who is told from now on. A process that is dead already tells its new owner soon. */
  own(owner: ProcessOwner): void {
    this.#owner = owner;
    if (this.#dead)
      setImmediate(() =>
        owner.died({ reason: this.#endReason ?? "died", unanswered: [], late: false, orphaned: this.#orphaned }),
      );
  }

  /** @param given.alone - true when the call is one of several suspects of a death. */
  send(call: Call, { alone }: { alone: boolean }): void {
    const id = (this.#lastId = (this.#lastId + 1) >>> 0);
    if (this.#calls.size === 0) this.#startClock();
    this.#calls.set(id, call);
    this.#bytesInFlight += call.bytes;
    this.#writer.send(call.kind, id, call.parts({ alone }));
  }

  /** Ends it, without a word to its owner when nothing is in flight. */
  end(): void {
    if (this.#calls.size === 0) this.#owner = ownerless;
    this.#end("ended by the host");
  }

  /** Its nursery died, and it goes too. */
  orphan(): void {
    try {
      process.kill(this.pid, "SIGKILL");
    } catch {
      // It is gone already.
    }
    this.#orphaned = true;
    this.exited("its nursery died");
  }

  /** The nursery reports its exit. */
  exited(reason: string): void {
    this.#endReason ??= reason;
    this.#die();
  }

  #read(chunk: Buffer): void {
    if (this.#dead) return;
    try {
      this.#reader.read(chunk);
    } catch (error) {
      this.#end(`the process broke the protocol: ${reasonOf(error)}`);
    }
  }

  #take(kind: number, id: number, payload: Buffer): void {
    if (this.#dead || this.#endReason !== undefined) return;
    if (kind === kinds.log) {
      // It does what it was sent one after the other, and logs before it answers.
      const [running] = this.#calls.values();
      this.#owner.logged({ level: payload[0] ?? 0, text: payload.toString("utf8", 1), about: running?.about });
      return;
    }
    const call = this.#calls.get(id);
    if (call === undefined) throw new Error(`found frame ${kind} for the request ${id}, which is not waiting`);
    const progress = call.take(kind, payload);
    this.#progressAt = performance.now();
    if (progress === "more") return;
    this.#calls.delete(id);
    this.#bytesInFlight -= call.bytes;
    if (this.#calls.size === 0) clearTimeout(this.#check);
    this.#owner.settled(call, progress);
  }

  #startClock(): void {
    this.#progressAt = performance.now();
    this.#checkIn(this.#owner.deadlineMs * checkShare);
  }

  #checkIn(ms: number): void {
    clearTimeout(this.#check);
    this.#check = setTimeout(() => this.#checkProgress(), Math.max(1, ms));
  }

  #checkProgress(): void {
    if (this.#calls.size === 0 || this.#dead) return;
    const { deadlineMs } = this.#owner;
    if (this.#checkedProgressAt !== this.#progressAt) {
      this.#checkedProgressAt = this.#progressAt;
      this.#cpuMsBefore = cpuMsOf(this.pid);
    }
    const seen = this.#progressAt;
    const waitedMs = performance.now() - seen;
    if (waitedMs < deadlineMs || !this.#hadItsTime(waitedMs)) {
      const leftMs = waitedMs < deadlineMs ? deadlineMs - waitedMs : deadlineMs;
      this.#checkIn(Math.min(leftMs, deadlineMs * checkShare));
      return;
    }
    // A host that was busy may have the answer lying in the pipe, which is read before immediates run.
    setImmediate(() => {
      if (this.#calls.size === 0 || this.#dead) return;
      if (this.#progressAt !== seen) {
        this.#checkProgress();
        return;
      }
      this.#late = true;
      this.#end(`no answer within ${deadlineMs} ms`);
    });
  }

  /** Whether it ran for half of its deadline; on a machine that gives it no processor, it gets some deadlines more. */
  #hadItsTime(waitedMs: number): boolean {
    const { deadlineMs } = this.#owner;
    const cpuMs = cpuMsOf(this.pid);
    if (cpuMs === undefined || this.#cpuMsBefore === undefined) return true;
    return cpuMs - this.#cpuMsBefore >= deadlineMs / 2 || waitedMs >= deadlineMs * starvedDeadlines;
  }

  #end(reason: string): void {
    if (this.#endReason !== undefined) return;
    this.#endReason = reason;
    this.#kill();
    this.#die();
  }

  #closed(): void {
    if (this.#dead) return;
    this.#kill();
    this.#report = setTimeout(() => this.exited("closed its pipe"), reportMsMax);
  }

  #die(): void {
    if (this.#dead) return;
    this.#dead = true;
    clearTimeout(this.#check);
    clearTimeout(this.#report);
    this.#pipe.destroy();
    const unanswered = [...this.#calls.values()];
    this.#calls.clear();
    this.#bytesInFlight = 0;
    this.#owner.died({ reason: this.#endReason ?? "died", unanswered, late: this.#late, orphaned: this.#orphaned });
  }
}
