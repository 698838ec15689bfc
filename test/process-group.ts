// Commands with all that they start, for tests.
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { once } from "node:events";

import type { ExecutionContext } from "ava";

/** Starts a command in a process group of its own, all of which ends with the test at the latest. */
export function startGroup(
  t: ExecutionContext,
  command: string,
  args: readonly string[],
  options: Pick<SpawnOptions, "cwd" | "env">,
): ChildProcess {
  const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"], detached: true });
  t.teardown(async () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // All of it has ended.
    }
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  return child;
}
