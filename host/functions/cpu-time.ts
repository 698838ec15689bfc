// How much of a processor a process has had. A function can't wait for anything, so one that is past its deadline without having
// run is not slow: the machine is.
import { readFileSync } from "node:fs";

/** The unit of /proc/<pid>/stat, which is 1/100 s on every Linux of today whatever the kernel's own clock is. */
const tickMs = 10;

/** Milliseconds of processor time so far, or undefined where the system does not say. */
export function cpuMsOf(pid: number): number | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the program's name in brackets, and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks * tickMs : undefined;
  } catch {
    return undefined;
  }
}
