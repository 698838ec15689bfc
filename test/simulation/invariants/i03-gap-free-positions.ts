// I3: positions are 1 to the last, without gap, repeat or reuse. That none is given anew to another event is checked where the log
// is read again.
import type { Evidence } from "../evidence.ts";
import { holds } from "../violation.ts";

export function gapFreePositions({ log }: Evidence): void {
  const ids = new Set<string>();
  for (const [index, { position, id }] of log.events.entries()) {
    holds(position === index + 1, "I3", () => `the position ${position} comes after ${index}`);
    holds(!ids.has(id), "I3", () => `the event ${id} is there twice, again at position ${position}`);
    ids.add(id);
  }
}
