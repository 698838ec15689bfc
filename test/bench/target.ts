// What a benchmark measures: a server in a process and a data directory of its own.
import { fork, type ChildProcess } from "node:child_process";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { cpuMsOf } from "../../host/functions/cpu-time.ts";
import { childrenOf, memoryOf } from "../linux-process.ts";

export type Target = { readonly url: string; readonly child: ChildProcess; readonly data: string };

/** @param args - of the script, after the place of its data. */
export async function start(script: string, args: readonly string[] = []): Promise<Target> {
  const data = await mkdtemp(join(tmpdir(), "evento-bench-"));
  const child = fork(new URL(script, import.meta.url), [data, ...args], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once("message", (message) => resolve(JSON.stringify(message).slice(1, -1)));
  child.once("exit", (code) => reject(new Error(`${script} ended with ${code}`)));
  return { url: await promise, child, data };
}

export async function stop({ child, data }: Target): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("exit", () => resolve());
  child.kill("SIGTERM");
  await promise;
  await rm(data, { recursive: true, force: true });
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
