// A run on a target with what it took of the machine, and what others took meanwhile.
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";

import { usageOf, type Target } from "./target.ts";

export type Cost = {
  /** Microseconds of processor time for a command: of the target and the processes that it started. */
  readonly cpuUsEach: number;
  /** Of the target's process alone, and with all that it started. */
  readonly residentMiB: number;
  readonly familyMiB: number;
  /** Share of the machine that neither the target nor its load had. */
  readonly others: number;
};

/** What a run gives, with what it cost. Zeros where the system does not say. */
export async function measured<Result extends { readonly count: number }>(
  target: Target,
  run: () => Promise<Result>,
): Promise<Result & Cost> {
  const before = {
    usage: await usageOf(target),
    own: process.cpuUsage(),
    busyUs: await busyUs(),
    at: performance.now(),
  };
  const result = await run();
  const { cpuUs, residentMiB, familyMiB } = await usageOf(target);
  const targetUs = cpuUs - before.usage.cpuUs;
  const { user, system } = process.cpuUsage(before.own);
  const othersUs = Math.max(0, (await busyUs()) - before.busyUs - targetUs - user - system);
  const wholeUs = (performance.now() - before.at) * 1_000 * availableParallelism();
  return { ...result, cpuUsEach: targetUs / result.count, residentMiB, familyMiB, others: othersUs / wholeUs };
}

/**
 * Microseconds that the machine's processors were busy so far.
 *
 * @see proc(5), /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal, in 1/100 s.
 */
async function busyUs(): Promise<number> {
  const stat = await readFile("/proc/stat", "utf8").catch(() => "");
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (/^cpu +(.*)$/m.exec(stat)?.[1] ?? "")
    .split(" ")
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * 10_000;
}
