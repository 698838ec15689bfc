// I12: a handler is given exactly the state after the last event before its own. That no two of one aggregate overlap is checked
// where they are called.
import type { Evidence } from "../evidence.ts";
import { payloadOf } from "../bank-model.ts";
import { holds } from "../violation.ts";

export function serialTurns({ log }: Evidence): void {
  let first: { id: string; sequence: number } | undefined;
  for (const { entry } of log.entries) {
    if (entry.kind === "event" && entry.event.cause.kind === "command" && entry.event.aggregate !== "evento:host") {
      const { id, sequence } = entry.event;
      const { seen } = payloadOf({ ...entry.event, schema: entry.schema });
      holds(seen === sequence - 1, "I12", () => `event ${sequence} (${id}) was decided on a state of ${seen} events`);
      if (id.endsWith("!0")) first = { id, sequence };
    }
    if (entry.kind !== "outcome") continue;
    const { command_id, seen_sequence } = entry;
    holds(
      first?.id === `${command_id}!0` && seen_sequence === first.sequence - 1,
      "I12",
      () => `the outcome of ${command_id} says that it saw ${seen_sequence}, its first event is ${first?.sequence}`,
    );
  }
}
