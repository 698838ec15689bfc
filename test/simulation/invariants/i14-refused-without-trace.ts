// I14: what was refused has left nothing.
import type { Evidence } from "../evidence.ts";
import { holds } from "../violation.ts";

export function refusedWithoutTrace({ log, refused }: Evidence): void {
  if (refused.size === 0) return;
  for (const [id, code] of refused)
    holds(!log.commands.has(id), "I14", () => `the command ${id} was refused with ${code} and is in the log`);
  for (const { id, cause } of log.events)
    holds(!refused.has(id) && !refused.has(cause.id), "I14", () => `${cause.id} was refused, and ${id} came of it`);
}
