// What Linux tells of a process, for tests and benchmarks.
import { readFile } from "node:fs/promises";

/** Resident memory in bytes. Rejects when there is no such process, or no Linux. */
export async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
}

/** Processes that its main thread started and that have not ended. Rejects as `memoryOf`. */
export async function childrenOf(pid: number): Promise<readonly number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return children.split(" ").filter(Boolean).map(Number);
}
