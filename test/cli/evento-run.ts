// The command line as a user runs it: a child process, from arguments to output and exit code.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import type { ExecutionContext } from "ava";

const launcher = fileURLToPath(new URL("../../host/cli/evento.js", import.meta.url));
const endDeadlineMs = 60_000;

export type RunOptions = {
  readonly input?: string;
  readonly directory?: string;
  readonly environment?: { readonly [name: string]: string | undefined };
  /** The Node that starts the launcher; the pinned one when left out. */
  readonly node?: string;
  /** Arguments of Node itself. */
  readonly nodeArguments?: readonly string[];
};

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Runs a command line to its end. */
export async function runEvento(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = start(args, options);
  child.stdin?.end(options.input ?? "");
  const timer = setTimeout(() => child.kill("SIGKILL"), endDeadlineMs);
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr), once(child, "close")]);
  clearTimeout(timer);
  return { code: child.exitCode, stdout, stderr };
}

/** Starts a command line that ends with the test at the latest. */
export function startEvento(t: ExecutionContext, args: readonly string[], options: RunOptions = {}): ChildProcess {
  const child = start(args, options);
  t.teardown(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  });
  return child;
}

/** What a command printed as JSON lines. */
export function jsonLines(output: string): unknown[] {
  return output
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

function start(args: readonly string[], options: RunOptions): ChildProcess {
  const { directory, environment = {}, node = process.execPath, nodeArguments = [] } = options;
  return spawn(node, [...nodeArguments, launcher, ...args], {
    cwd: directory,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment },
    stdio: "pipe",
  });
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? "" : text(stream);
}
