// A service's process: started on a port, up when the port answers, and never left behind.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const startDeadlineMs = 90_000;
const stopDeadlineMs = 20_000;

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

export type ServiceCommand = {
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  /** File that takes what the service prints. */
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
};

/** Runs, ends and runs again, on the same port. */
export class ServiceProcess {
  readonly #command: ServiceCommand;
  #child: ChildProcess | undefined;
  #gone: Promise<unknown> = Promise.resolve();
  readonly #reap = (): void => {
    this.#child?.kill("SIGKILL");
  };

  constructor(command: ServiceCommand) {
    this.#command = command;
    process.once("exit", this.#reap);
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error(`${this.#command.command} does not run`);
    return pid;
  }

  /** Resolves when the port answers. */
  async start(): Promise<void> {
    const { command, args, port, log, env } = this.#command;
    const output = await open(log, "a");
    const child = spawn(command, args, { stdio: ["ignore", output.fd, output.fd], env: { ...process.env, ...env } });
    await output.close();
    let failure: unknown;
    this.#gone = new Promise((resolve) => {
      child.once("exit", resolve);
      child.once("error", (error) => {
        failure = error;
        resolve(undefined);
      });
    });
    this.#child = child;
    for (const end = Date.now() + startDeadlineMs; !(await answers(port)); await delay(30)) {
      const ended = failure !== undefined || child.exitCode !== null || child.signalCode !== null;
      if (!ended && Date.now() < end) continue;
      await this.kill();
      throw new Error(`${command} did not start: ${(await readFile(log, "utf8")).slice(-2000)}`, { cause: failure });
    }
  }

  signal(signal: "SIGSTOP" | "SIGCONT" | "SIGTERM" | "SIGKILL"): void {
    process.kill(this.pid, signal);
  }

  async stop(): Promise<void> {
    this.#child?.kill("SIGTERM");
    const timer = setTimeout(this.#reap, stopDeadlineMs);
    await this.#gone;
    clearTimeout(timer);
  }

  async kill(): Promise<void> {
    this.#child?.kill("SIGKILL");
    await this.#gone;
  }

  async close(): Promise<void> {
    await this.kill();
    process.off("exit", this.#reap);
  }
}
