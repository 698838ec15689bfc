// The compiler in a thread of its own: a host in the same process has deadlines to keep while a function is compiled.
import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";

import { EventoError, type Fault } from "../errors.ts";
import type { BuiltComponent, BuiltRules } from "./function-build.ts";

/** The package has it as JavaScript, as it has this file. */
const workerFile = new URL(`build-worker${extname(import.meta.filename)}`, import.meta.url);

/** What the thread answers; errors lose their class on the way. */
export type BuildAnswer =
  | { readonly kind: "built"; readonly built: BuiltComponent | BuiltRules }
  | {
      readonly kind: "failed";
      readonly code: string;
      readonly message: string;
      readonly hint: string | undefined;
      readonly faults: readonly Fault[];
    };

export class BuildThread {
  #worker: Worker | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** Loads the compiler, which takes seconds, before there is something to compile. */
  warm(): void {
    this.#worker ??= new Worker(workerFile);
  }

  /** Compiles one function after the other. @throws EventoError as the SDK's buildFunction */
  compile(directory: string): Promise<BuiltComponent | BuiltRules> {
    const turn = this.#last.then(() => this.#compile(directory));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  async #compile(directory: string): Promise<BuiltComponent | BuiltRules> {
    const worker = (this.#worker ??= new Worker(workerFile));
    const ended = new AbortController();
    worker.once("exit", () => {
      this.#worker = undefined;
      ended.abort();
    });
    const answered = once(worker, "message", { signal: ended.signal });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- there are no origins between threads
    worker.postMessage(directory);
    // The thread is of this same program: what it posts is a BuildAnswer.
    const [answer]: BuildAnswer[] = await answered;
    worker.removeAllListeners("exit");
    if (answer?.kind === "built") return answer.built;
    const { code = "BUILD_FAILED", message = "the compiler ended without an answer", hint, faults = [] } = answer ?? {};
    throw new EventoError(code, message, { faults, ...(hint === undefined ? {} : { hint }) });
  }
}
