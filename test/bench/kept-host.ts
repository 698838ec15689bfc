// A host whose data outlives it, so that it can be ended and started again on them.
import { rm } from "node:fs/promises";
import { join } from "node:path";

import { dataFolder, end, startOn, type Target } from "./target.ts";

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
    return new KeptHost(await dataFolder(), environment);
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
    this.#target = await startOn(this.#folder, { script: "./host-process.ts", environment: this.#environment });
    return performance.now() - begun;
  }

  /** Ends it, if it runs. */
  async end(signal: "SIGTERM" | "SIGKILL" = "SIGTERM"): Promise<void> {
    const target = this.#target;
    this.#target = undefined;
    if (target !== undefined) await end(target, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
