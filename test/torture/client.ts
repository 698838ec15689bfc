// The client's process, as its parent sees it.
import { fork, type ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { fileURLToPath } from "node:url";

export type ClientOrder =
  | { readonly kind: "serve"; readonly url: string }
  | { readonly kind: "pause" }
  | { readonly kind: "stop" };

export type ClientReport =
  /** Receipts written so far. */
  | { readonly kind: "answered"; readonly count: number }
  /** All writers stand still after a pause; these ids were sent and never answered. */
  | { readonly kind: "idle"; readonly untold: readonly string[] };

const pauseDeadlineMs = 60_000;

export class Client {
  readonly #child: ChildProcess;
  readonly #reports = new EventEmitter();
  #answered = 0;

  constructor(given: { receipts: string; name: string; seed: number; writers: number }) {
    const file = fileURLToPath(new URL("client-child.ts", import.meta.url));
    const { receipts, name, seed, writers } = given;
    this.#child = fork(file, [receipts, name, String(seed), String(writers)], { execArgv: [] });
    this.#child.on("message", (report: ClientReport) => {
      if (report.kind === "answered") this.#answered = report.count;
      this.#reports.emit(report.kind, report);
    });
  }

  /** Lets the writers go on, at this host. */
  serve(url: string): void {
    this.#order({ kind: "serve", url });
  }

  /** Waits until so many more answers were given, or the signal aborts. @returns how many were */
  async answers(more: number, signal: AbortSignal): Promise<number> {
    const before = this.#answered;
    const enough = before + more;
    while (this.#answered < enough && !signal.aborted)
      await once(this.#reports, "answered", { signal }).catch(() => undefined);
    return this.#answered - before;
  }

  /** Waits until every writer stands still: all that was told is in the receipts then. @returns the ids that nobody was told about */
  async pause(): Promise<readonly string[]> {
    const idle = once(this.#reports, "idle", { signal: AbortSignal.timeout(pauseDeadlineMs) });
    this.#order({ kind: "pause" });
    const [report] = await idle;
    return report.untold;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#order({ kind: "stop" });
    await ended;
  }

  #order(order: ClientOrder): void {
    this.#child.send(order);
  }
}
