// The client's process, as its parent sees it.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export type ClientOrder =
  | { readonly kind: "serve"; readonly url: string }
  | { readonly kind: "pause" }
  | { readonly kind: "stop" };

/** Sent when all writers stand still after a pause. */
export type ClientReport = {
  /** Ids that were sent and not answered so far. */
  readonly open: readonly string[];
  /** Receipts written so far. */
  readonly answered: number;
};

const pauseDeadlineMs = 60_000;

export class Client {
  readonly #child: ChildProcess;

  constructor(given: { receipts: string; name: string; seed: number; writers: number }) {
    const file = fileURLToPath(new URL("client-child.ts", import.meta.url));
    const { receipts, name, seed, writers } = given;
    this.#child = fork(file, [receipts, name, String(seed), String(writers)], { execArgv: [] });
  }

  /** Lets the writers go on, at this host. */
  serve(url: string): void {
    this.#order({ kind: "serve", url });
  }

  /** Waits until every writer stands still: all that was told is in the receipts then. */
  async pause(): Promise<ClientReport> {
    const reported = once(this.#child, "message", { signal: AbortSignal.timeout(pauseDeadlineMs) });
    this.#order({ kind: "pause" });
    const [report] = await reported;
    return report;
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
