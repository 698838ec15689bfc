// I2: a command is accepted once and has at most one outcome, which is the last that the log says of it; in the end it has one, or is
// parked. What may follow what is checked while the statuses are found.
import type { Evidence } from "../evidence.ts";
import { holds } from "../violation.ts";

export function oneOutcome({ log, quiet }: Evidence): void {
  for (const [id, status] of log.statuses())
    holds(!quiet || status !== "pending", "I2", () => `the command ${id} has no end, though everything is quiet`);
}
