// Waiting for what comes to be outside of the test's own doing: looked at again and again, up to a deadline.
import { setTimeout as delay } from "node:timers/promises";

const lookMs = 20;

/** @throws when it is not so in time */
export async function until(isSo: () => boolean | Promise<boolean>, deadlineMs = 20_000): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`found after ${deadlineMs} ms that it is not so: ${isSo.toString()}`);
    await delay(lookMs);
  }
}
