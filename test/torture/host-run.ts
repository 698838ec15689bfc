// A host from its start to its end, as a process of its own. It may end at any moment, and that is no error here.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const entry = fileURLToPath(new URL("../../host/cli/evento.js", import.meta.url));
const startDeadlineMs = 60_000;
const endDeadlineMs = 60_000;

export type HostStart = {
  /** The data directory. */
  readonly data: string;
  /** Further variables: what is preloaded, settings. */
  readonly environment?: { readonly [name: string]: string };
  /** Run in a shell before the host takes its place: limits. */
  readonly shell?: string;
};

export type HostEnd = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export class HostRun {
  readonly pid: number;
  /** Its URL once it listens; undefined when it ended before. */
  readonly listening: Promise<string | undefined>;
  readonly ended: Promise<HostEnd>;
  readonly #kill: (signal: NodeJS.Signals) => void;
  #hasEnded = false;
  #isListening = false;
  #log = "";

  constructor({ data, environment = {}, shell = "" }: HostStart) {
    const command = `${shell}\nexec '${process.execPath}' '${entry}' serve`;
    const child = spawn("/bin/sh", ["-c", command], {
      // With a pool of this size the launcher need not start the runtime again.
      env: {
        ...outerEnvironment(),
        EVENTO_LISTEN: "127.0.0.1:0",
        EVENTO_DATA: data,
        UV_THREADPOOL_SIZE: "64",
        ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.pid = child.pid ?? 0;
    this.#kill = (signal) => child.kill(signal);
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#log += text;
    });
    const killWithParent = (): boolean => child.kill("SIGKILL");
    process.once("exit", killWithParent);
    this.ended = once(child, "close").then(() => {
      this.#hasEnded = true;
      process.off("exit", killWithParent);
      return { code: child.exitCode, signal: child.signalCode };
    });
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    createInterface(child.stdout).on("line", (line) => {
      this.#isListening = true;
      resolve(/https?:\/\/\S+/.exec(line)?.[0]);
    });
    void this.ended.then(() => resolve(undefined));
    this.listening = promise;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get isListening(): boolean {
    return this.#isListening;
  }

  /** What it wrote to standard error. */
  get log(): string {
    return this.#log;
  }

  /** Waits until it listens. @returns its URL; undefined when it ended before */
  url(): Promise<string | undefined> {
    return within(startDeadlineMs, this.listening, () => `the host does not listen: ${this.#log}`);
  }

  /** Sends a signal and waits for the end. */
  async end(signal: NodeJS.Signals): Promise<HostEnd> {
    if (!this.#hasEnded) this.#kill(signal);
    return this.ownEnd();
  }

  /** Waits for an end that it comes to by itself. */
  ownEnd(): Promise<HostEnd> {
    return within(endDeadlineMs, this.ended, () => `the host does not end: ${this.#log}`);
  }
}

/** Without what somebody may have set for a host of their own. */
function outerEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("EVENTO_")));
}

async function within<Result>(deadlineMs: number, result: Promise<Result>, late: () => string): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(late())), deadlineMs);
  try {
    return await Promise.race([result, promise]);
  } finally {
    clearTimeout(timer);
  }
}
