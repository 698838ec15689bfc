// Who follows the log is shown each event once, in order, and none that is not there for ever; in the end all.
import type { Evidence } from "../evidence.ts";
import { holds } from "../violation.ts";

export function followedLog({ log, followed, quiet }: Evidence): void {
  for (const [index, id] of followed.entries())
    holds(
      log.events[index]?.id === id,
      "follow",
      () => `position ${index + 1} was shown as ${id}, the log has ${log.events[index]?.id}`,
    );
  if (quiet)
    holds(
      followed.length === log.events.length,
      "follow",
      () => `${followed.length} of ${log.events.length} events were shown to who follows the log`,
    );
}
