// A real host as a child process on a free port, with a data directory of its own, for tests from outside.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import type { ExecutionContext } from "ava";

const entry = fileURLToPath(new URL("../host/cli/evento.js", import.meta.url));
const startDeadlineMs = 30_000;

export type HostHarnessOptions = {
  /** A data directory to use; a temporary one when left out, removed after the test. */
  readonly directory?: string;
  /** More settings, as EVENTO_ variables. */
  readonly environment?: { readonly [name: string]: string };
};

export type HostEnd = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export class HostHarness {
  readonly directory: string;
  readonly #environment: { readonly [name: string]: string };
  #child: ChildProcess | undefined;
  #url = "";
  #log = "";

  private constructor(directory: string, environment: { readonly [name: string]: string }) {
    this.directory = directory;
    this.#environment = environment;
  }

  /** Starts a host that ends with the test. */
  static async start(t: ExecutionContext, options: HostHarnessOptions = {}): Promise<HostHarness> {
    const directory = options.directory ?? (await mkdtemp(join(tmpdir(), "evento-host-")));
    const host = new HostHarness(directory, options.environment ?? {});
    t.teardown(async () => {
      await host.kill("SIGKILL");
      if (options.directory === undefined) await rm(directory, { recursive: true, force: true });
    });
    await host.start();
    return host;
  }

  /** Where it listens now: another port after each start. */
  get url(): string {
    return this.#url;
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** What it wrote to standard error since it was last started. */
  get log(): string {
    return this.#log;
  }

  /** Starts it again after it ended. @throws when it does not listen in time, with what it said */
  async start(): Promise<void> {
    this.#log = "";
    const child = spawn(process.execPath, [entry, "serve"], {
      env: {
        ...outerEnvironment(),
        EVENTO_LISTEN: "127.0.0.1:0",
        EVENTO_DATA: join(this.directory, "data"),
        ...this.#environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#log += text;
    });
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    createInterface(child.stdout).on("line", (line) => {
      const url = /https?:\/\/\S+/.exec(line)?.[0];
      if (url !== undefined) resolve(url);
    });
    child.once("exit", (code, signal) => reject(new Error(`the host ended (${code ?? signal}): ${this.#log}`)));
    const timer = setTimeout(() => reject(new Error(`the host did not start in time: ${this.#log}`)), startDeadlineMs);
    try {
      this.#url = await promise;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Sends a signal and waits for the end of the process. */
  async kill(signal: NodeJS.Signals): Promise<HostEnd> {
    const child = this.#child;
    if (child === undefined) return { code: null, signal: null };
    const isRunning = child.exitCode === null && child.signalCode === null;
    if (isRunning) {
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    }
    return { code: child.exitCode, signal: child.signalCode };
  }

  /** Ends it by a signal and starts it over the same data. */
  async restart(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    await this.kill(signal);
    await this.start();
  }
}

/** Without what somebody may have set for a host of their own. */
function outerEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("EVENTO_")));
}
