// A log in memory with schemas registered in it, as a deployment does.
import { HostStream } from "../../host/engine/host-stream.ts";
import { MemoryDisk } from "../../host/journal/memory/memory-disk.ts";
import { openMemoryJournal } from "../../host/journal/memory/memory-journal.ts";
import type { Journal } from "../../host/ports/journal.ts";
import { parseAggregateSchema, type AggregateSchema } from "../../host/schemas/aggregate-schema.ts";
import { startTime } from "../journal/sample-entries.ts";

export type RegisteredLog = {
  readonly journal: Journal;
  register(schema: unknown): Promise<AggregateSchema>;
  /** Something of the host's history that is no schema. */
  removeFunction(name: string): Promise<void>;
};

export async function makeRegisteredLog(): Promise<RegisteredLog> {
  const journal = await openMemoryJournal({ disk: new MemoryDisk() });
  const stream = new HostStream({ sequence: 0 });
  const due = { cause: { kind: "external", id: "test" }, root_cause: "test", depth: 0 } as const;
  const append = async (event: Parameters<HostStream["next"]>[0]): Promise<void> =>
    journal.append([stream.next(event, { time: startTime, due })]).durable;
  return {
    journal,
    async register(value) {
      const schema = parseAggregateSchema(value);
      const payload = {
        aggregate_type: schema.name,
        version: 1,
        fingerprint: schema.fingerprint,
        schema: schema.text,
      };
      await append({ type: "SchemaRegistered", payload });
      return schema;
    },
    removeFunction: (name) => append({ type: "FunctionRemoved", payload: { name } }),
  };
}

/** A schema of one root and one event, with as many fields in the event as asked for. */
export function accountSchema(name: string, eventFields = 1): unknown[] {
  const fields = Array.from({ length: eventFields }, (_, index) => ({
    name: `field${index}`,
    type: "long",
    default: 0,
  }));
  return [
    {
      type: "record",
      name,
      namespace: name,
      evento: "root",
      entity: name.toLowerCase(),
      fields: [{ name: "balance", type: "long" }],
    },
    { type: "record", name: "Deposited", namespace: name, evento: "event", fields },
    { type: "record", name: "Deposit", namespace: name, evento: "command", fields: [{ name: "amount", type: "long" }] },
  ];
}
