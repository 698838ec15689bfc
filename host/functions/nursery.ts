// The host's side of the nursery: asks for processes, gets their pipes, hears of their deaths; a nursery that dies is replaced.
import { type ChildProcess, fork } from "node:child_process";
import { Socket } from "node:net";
import { join } from "node:path";

import { EventoError } from "../errors.ts";
import { FunctionProcess } from "./function-process.ts";
import type { ProcessStart } from "./isolation.ts";

const nurseryFile = join(import.meta.dirname, "runner", "nursery.cjs");
/** From asking for a process to its first frame: 20 ms on an idle machine. */
const startMsMax = 10_000;
/** A nursery that was told to end and does not is killed after this. */
const closeMsMax = 2_000;
/** A nursery that dies again and again is not started faster than this. */
const restartMsMin = 200;

type Report =
  | { readonly kind: "up"; readonly id: number; readonly pid: number; readonly sealed: boolean }
  | {
      readonly kind: "gone";
      readonly id: number;
      readonly code?: number | null;
      readonly signal?: string | null;
      readonly lastWords?: string;
      readonly reason?: string;
    };

export class Nursery {
  readonly #onWarning: (message: string) => void;
  readonly #starting = new Map<number, PromiseWithResolvers<FunctionProcess>>();
  readonly #living = new Map<number, FunctionProcess>();
  #child: ChildProcess;
  #bornAt = 0;
  #restart: NodeJS.Timeout | undefined;
  /** Waiting for the next nursery. */
  #orders: object[] = [];
  #lastId = 0;
  #closing: PromiseWithResolvers<void> | undefined;

  constructor(given: { readonly onWarning: (message: string) => void }) {
    this.#onWarning = given.onWarning;
    this.#child = this.#fork();
  }

  /** @throws EventoError FUNCTION_UNAVAILABLE (retryable) when no process comes up. */
  start(how: ProcessStart): Promise<FunctionProcess> {
    if (this.#closing !== undefined) return Promise.reject(unavailable("function processes are being ended"));
    const id = ++this.#lastId;
    const settle = Promise.withResolvers<FunctionProcess>();
    const order = { kind: "start", id, startMsMax, ...how };
    this.#starting.set(id, settle);
    if (this.#restart === undefined) this.#send(order);
    else this.#orders.push(order);
    return settle.promise;
  }

  /** Process id of the nursery. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Kills all function processes and ends. */
  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.promise;
    this.#closing = Promise.withResolvers();
    clearTimeout(this.#restart);
    this.#orders = [];
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) this.#closing.resolve();
    else {
      child.stdin?.destroy();
      const late = setTimeout(() => child.kill("SIGKILL"), closeMsMax);
      child.once("exit", () => clearTimeout(late));
    }
    return this.#closing.promise;
  }

  #fork(): ChildProcess {
    this.#bornAt = performance.now();
    const child = fork(nurseryFile, [], {
      env: {},
      cwd: "/",
      execArgv: ["--no-warnings", "--max-old-space-size=64"],
      stdio: ["pipe", "ignore", "ignore", "ipc"],
      // A session of its own: what a terminal sends to the host's group is for the host to act on.
      detached: true,
    });
    child.on("message", (report: Report, handle: unknown) => this.#take(report, handle));
    child.stdin?.on("error", () => {});
    child.on("error", (error) => this.#onWarning(`the nursery of function processes: ${error.message}`));
    child.on("exit", (code, signal) => this.#died(signal ?? `exit code ${code}`));
    return child;
  }

  #take(report: Report, handle: unknown): void {
    const settle = this.#starting.get(report.id);
    if (report.kind === "up") {
      this.#starting.delete(report.id);
      if (settle === undefined || !(handle instanceof Socket)) {
        // Its pipe was closed before it came here: the process is dead or dies of it.
        this.#kill(report.id);
        settle?.reject(unavailable("the function process died before it was ready"));
        return;
      }
      const { id, pid, sealed } = report;
      const process = new FunctionProcess({ pid, sealed, pipe: handle, kill: () => this.#kill(id) });
      this.#living.set(id, process);
      settle.resolve(process);
      return;
    }
    const reason = report.reason ?? lastWordsOf(report);
    this.#starting.delete(report.id);
    settle?.reject(unavailable(`the function process died before it was ready: ${reason}`));
    this.#living.get(report.id)?.exited(reason);
    this.#living.delete(report.id);
  }

  #kill(id: number): void {
    this.#send({ kind: "kill", id });
  }

  #send(order: object): void {
    // What can't be sent is settled when the nursery's exit is seen.
    if (this.#child.connected) this.#child.send(order, () => {});
  }

  #died(reason: string): void {
    for (const settle of this.#starting.values()) settle.reject(unavailable(`the nursery died: ${reason}`));
    this.#starting.clear();
    for (const living of this.#living.values()) living.orphan();
    this.#living.clear();
    if (this.#closing !== undefined) {
      this.#closing.resolve();
      return;
    }
    this.#onWarning(`the nursery of function processes died (${reason}); another one takes over`);
    const wait = Math.max(0, restartMsMin - (performance.now() - this.#bornAt));
    this.#restart = setTimeout(() => {
      this.#restart = undefined;
      this.#child = this.#fork();
      for (const order of this.#orders.splice(0)) this.#send(order);
    }, wait);
  }
}

function lastWordsOf(report: Report & { kind: "gone" }): string {
  const how = report.signal ?? `exit code ${report.code}`;
  const words = (report.lastWords ?? "").trim().split("\n").slice(0, 3).join(" ").slice(0, 300);
  return words === "" ? how : `${how}: ${words}`;
}

function unavailable(message: string): EventoError {
  return new EventoError("FUNCTION_UNAVAILABLE", message, { retryable: true });
}
