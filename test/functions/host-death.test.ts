import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import test, { type ExecutionContext } from "ava";

const hostFile = join(import.meta.dirname, "..", "fixtures", "functions", "host-process.ts");

type Host = { readonly process: ChildProcess; readonly pids: readonly number[]; readonly looping: number };

async function startHost(t: ExecutionContext): Promise<Host> {
  const directory = await mkdtemp(join(tmpdir(), "evento-functions-"));
  const host = spawn(process.execPath, [hostFile, directory], { stdio: ["ignore", "pipe", "inherit"] });
  t.teardown(async () => {
    host.kill("SIGKILL");
    await rm(directory, { recursive: true, force: true });
  });
  for await (const line of createInterface({ input: host.stdout })) return { process: host, ...JSON.parse(line) };
  throw new Error("the host ended before it was ready");
}

/** A process that is there and not merely waiting for its parent to hear of its end. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function endOf(pids: readonly number[], withinMs: number): Promise<readonly number[]> {
  const end = performance.now() + withinMs;
  let alive = pids;
  while (alive.length > 0 && performance.now() < end) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
    alive = alive.filter((pid) => isAlive(pid));
  }
  return alive;
}

const onLinux = process.platform === "linux" ? test.serial : test.serial.skip;

onLinux("when the host is killed, all its processes are gone within a second, one that loops too", async (t) => {
  const { process: host, pids, looping } = await startHost(t);
  t.true(pids.includes(looping));
  t.true(pids.length >= 3);
  t.true(pids.every((pid) => isAlive(pid)));
  host.kill("SIGKILL");
  t.deepEqual(await endOf(pids, 1_000), []);
});

onLinux("a terminal's signal to the nursery and the functions leaves them running", async (t) => {
  const { pids } = await startHost(t);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) for (const pid of pids) process.kill(pid, signal);
  t.deepEqual(await endOf(pids, 300), pids);
});

onLinux("when the nursery is killed together with the host, one that loops is gone too", async (t) => {
  const { process: host, pids } = await startHost(t);
  process.kill(pids[0] ?? 0, "SIGKILL");
  host.kill("SIGKILL");
  t.deepEqual(await endOf(pids, 1_000), []);
});
