// The simulated domain once more, as a reader of the log sees it: written apart from the functions, so that a fault in either shows.
import type { StoredEvent } from "../../host/domain/envelope.ts";
import { hostEventOf, ownSchema } from "../../host/engine/host-stream.ts";
import type { HostEvent } from "../../host/domain/host-state.ts";
import { parseAggregateSchema, type AggregateSchema } from "../../host/schemas/aggregate-schema.ts";
import type { Account, EventPayload } from "./bank-codec.ts";
import { accountSchema, ledgerSchema } from "./bank-schemas.ts";
import { holds } from "./violation.ts";

const schemas: readonly AggregateSchema[] = [
  parseAggregateSchema(accountSchema(1)),
  parseAggregateSchema(accountSchema(2)),
  parseAggregateSchema(ledgerSchema),
  ownSchema,
];

/** The schema that something stored names. */
export function schemaOf(fingerprint: string): AggregateSchema {
  const schema = schemas.find((candidate) => candidate.fingerprint === fingerprint);
  holds(
    schema !== undefined,
    "I15",
    () => `found the schema ${fingerprint} named in the log, expected a registered one`,
  );
  return schema;
}

/** The payload of an event of accounts or ledgers in JSON form. */
export function payloadOf(event: StoredEvent): EventPayload {
  const codec = schemaOf(event.schema).events.get(event.event_type);
  holds(codec !== undefined, "I15", () => `found an event of type ${event.event_type}, which its schema does not have`);
  return codec.toJson(event.payload) as EventPayload;
}

export function asHostEvent(event: StoredEvent): HostEvent {
  return hostEventOf(event);
}

/** The state of an account after events, by an aggregator that gives so many points an event. */
export function accountAfter(events: readonly StoredEvent[], points: number): Account {
  let balance = 0;
  const payees = new Set<string>();
  const cards: { [card: string]: number } = {};
  for (const event of events) {
    const { other, amount } = payloadOf(event);
    if (event.event_type === "Deposited" || event.event_type === "Received") balance += amount;
    if (event.event_type === "Sent") balance -= amount;
    if (event.event_type === "PayeeAdded") payees.add(other);
    if (event.event_type === "CardOpened") cards[event.entity] ??= 0;
    if (event.event_type === "CardUsed") cards[event.entity] = (cards[event.entity] ?? 0) + 1;
  }
  return { balance, count: events.length, points: points * events.length, payees: [...payees].toSorted(), cards };
}
