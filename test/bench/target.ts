// What a benchmark measures: a server in a process and a data directory of its own.
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { cpuMsOf } from "../../host/functions/cpu-time.ts";
import { childrenOf, memoryOf } from "../linux-process.ts";

export type Target = { readonly url: string; readonly child: ChildProcess; readonly data: string };

/** @param args - of the script, after the place of its data. */
export async function start(script: string, args: readonly string[] = []): Promise<Target> {
  return startOn(await dataFolder(), { script, args });
}

export async function stop(target: Target): Promise<void> {
  await end(target, "SIGTERM");
  await rm(target.data, { recursive: true, force: true });
}

export function dataFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "evento-bench-"));
}

/** Starts a script on data that are there. @param given.environment - variables that it has beside those of this process */
export async function startOn(
  data: string,
  given: { script: string; args?: readonly string[]; environment?: { readonly [name: string]: string } },
): Promise<Target> {
  const { script, args = [], environment = {} } = given;
  const child = fork(new URL(script, import.meta.url), [data, ...args], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, ...environment },
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once("message", (message) => resolve(JSON.stringify(message).slice(1, -1)));
  child.once("exit", (code) => reject(new Error(`${script} ended with ${code}`)));
  return { url: await promise, child, data };
}

/** Ends it, if it runs, and leaves its data. */
export async function end({ child }: Target, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill(signal);
  await exit;
}

type Usage = {
  /** Microseconds of processor time so far: of the process and those that it started. */
  readonly cpuUs: number;
  /** Memory of the process alone. */
  readonly residentMiB: number;
  /** Memory of all of them; pages that they share count for each. */
  readonly familyMiB: number;
};

/** Processor time and memory of a target; zeros where the system does not say. */
export async function usageOf({ child }: Target): Promise<Usage> {
  let cpuMs = 0;
  const memory: number[] = [];
  for (const member of await familyOf(child.pid ?? 0)) {
    cpuMs += cpuMsOf(member) ?? 0;
    memory.push((await memoryOf(member).catch(() => 0)) / 2 ** 20);
  }
  const [residentMiB = 0] = memory;
  return { cpuUs: cpuMs * 1_000, residentMiB, familyMiB: memory.reduce((sum, one) => sum + one, 0) };
}

/** A process and all that came from it, but for those that end meanwhile. */
async function familyOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid).catch(() => []);
  return [pid, ...(await Promise.all(children.map(familyOf))).flat()];
}

/** Bytes of all files of the log. */
export async function logBytes({ data }: Target): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(join(data, "data", "log"), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name))).size;
  return sum;
}
