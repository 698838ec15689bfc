// A host whose data outlives it, so that it can be ended and started again on them.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Target } from "./target.ts";

const script = new URL("host-process.ts", import.meta.url);

export class KeptHost implements AsyncDisposable {
  readonly #folder: string;
  readonly #environment: { readonly [name: string]: string };
  #target: Target | undefined;

  private constructor(folder: string, environment: { readonly [name: string]: string }) {
    this.#folder = folder;
    this.#environment = environment;
  }

  /** @param given.environment - variables that its process has beside those of this one. */
  static async make({
    environment = {},
  }: { environment?: { readonly [name: string]: string } } = {}): Promise<KeptHost> {
    return new KeptHost(await mkdtemp(join(tmpdir(), "evento-bench-")), environment);
  }

  /** The data directory. */
  get data(): string {
    return join(this.#folder, "data");
  }

  get target(): Target {
    if (this.#target === undefined) throw new Error("the host was not started");
    return this.#target;
  }

  get url(): string {
    return this.target.url;
  }

  /** @returns milliseconds until it listens, the start of its process among them. */
  async start(): Promise<number> {
    const begun = performance.now();
    const child = fork(script, [this.#folder], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { ...process.env, ...this.#environment },
    });
    const url = await listening(child);
    const ms = performance.now() - begun;
    this.#target = { url, child, data: this.#folder };
    return ms;
  }

  /** Ends it, if it runs. */
  async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const child = this.#target?.child;
    this.#target = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.kill(signal);
    await exit;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function listening(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once("message", (message) => {
    if (typeof message === "string") resolve(message);
  });
  child.once("exit", (code) => reject(new Error(`the host ended with ${code} before it listened`)));
  return promise;
}
