// I15: every stored payload is valid under the schema that is named beside it, and of a type that the schema has.
import { reasonOf } from "../../../host/errors.ts";
import { schemaOf } from "../bank-model.ts";
import type { Evidence } from "../evidence.ts";
import { holds, Violation } from "../violation.ts";

export function validPayloads({ log }: Evidence): void {
  for (const { event_type, schema, payload, position, aggregate_type } of log.events) {
    const { name, events } = schemaOf(schema);
    const codec = events.get(event_type);
    holds(codec !== undefined && name === aggregate_type, "I15", () => `${event_type} at ${position} is of no schema`);
    try {
      codec.check(payload);
    } catch (error) {
      throw new Violation("I15", `the payload at ${position} is off its schema: ${reasonOf(error)}`);
    }
  }
}
