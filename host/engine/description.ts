// What a component says of itself, or a rule set implies: read with suspicion, before anything is changed.
import { EventoError, type Fault } from "../errors.ts";
import type { CheckedFunction } from "../ports/functions.ts";
import { parseAggregateSchema, type AggregateSchema } from "../schemas/aggregate-schema.ts";

export type Description = {
  /** The schema that a handler or aggregator is in charge of. */
  readonly aggregate: AggregateSchema | undefined;
  /** What a dispatcher listens to: `Aggregate.Event`, or `*` for all. */
  readonly events: readonly string[];
  /** All schemas that it was built with, that of its aggregate among them. */
  readonly schemas: readonly AggregateSchema[];
};

const schemasMax = 100;
const eventsMax = 1_000;

/**
 * Reads the answer of `describe` (contract, section 5).
 *
 * @throws EventoError FUNCTION_REFUSED with faults when it does not fit what the component exports.
 */
export function descriptionOf({ kinds, description }: Pick<CheckedFunction, "kinds" | "description">): Description {
  const faults: Fault[] = [];
  const fields = isRecord(description) ? description : {};
  if (!isRecord(description)) faults.push({ path: "describe", message: "does not answer a JSON object" });
  const inCharge = kinds.includes("handler") || kinds.includes("aggregator");
  const aggregate = inCharge ? aggregateOf(fields, faults) : undefined;
  const events = kinds.includes("dispatcher") ? eventsOf(fields, faults) : [];
  const others = kinds.includes("dispatcher") ? schemasOf(fields, faults) : [];
  if (faults.length > 0)
    throw new EventoError(
      "FUNCTION_REFUSED",
      `found a description that does not fit: ${faults[0]?.path} ${faults[0]?.message}`,
      {
        faults,
        hint: 'a handler or aggregator describes {"aggregate", "schema"}, a dispatcher {"events", "schemas"}',
      },
    );
  const schemas = new Map(
    [...others, ...(aggregate === undefined ? [] : [aggregate])].map((schema) => [schema.name, schema]),
  );
  for (const name of events) requireEvent(name, schemas);
  return { aggregate, events, schemas: [...schemas.values()] };
}

function aggregateOf(fields: { [name: string]: unknown }, faults: Fault[]): AggregateSchema | undefined {
  const schema = parsed(fields["schema"], "describe.schema", faults);
  if (schema !== undefined && fields["aggregate"] !== schema.name)
    faults.push({
      path: "describe.aggregate",
      message: `is ${JSON.stringify(fields["aggregate"])}, expected ${schema.name}, the namespace of its schema`,
    });
  return schema;
}

function eventsOf(fields: { [name: string]: unknown }, faults: Fault[]): string[] {
  const { events } = fields;
  if (
    Array.isArray(events) &&
    events.length > 0 &&
    events.length <= eventsMax &&
    events.every((name) => typeof name === "string")
  )
    return [...new Set(events)];
  faults.push({
    path: "describe.events",
    message: `is not a list of 1 to ${eventsMax} texts of the form Aggregate.Event, or *`,
  });
  return [];
}

function schemasOf(fields: { [name: string]: unknown }, faults: Fault[]): AggregateSchema[] {
  const schemas = fields["schemas"] ?? [];
  if (!Array.isArray(schemas) || schemas.length > schemasMax) {
    faults.push({ path: "describe.schemas", message: `is not a list of at most ${schemasMax} schemas` });
    return [];
  }
  return schemas.flatMap((schema: unknown, index) => parsed(schema, `describe.schemas[${index}]`, faults) ?? []);
}

function parsed(schema: unknown, path: string, faults: Fault[]): AggregateSchema | undefined {
  try {
    return parseAggregateSchema(schema);
  } catch (error) {
    if (!(error instanceof EventoError)) throw error;
    if (error.faults.length === 0) faults.push({ path, message: error.message });
    for (const fault of error.faults) faults.push({ path: `${path}${fault.path}`, message: fault.message });
    return undefined;
  }
}

function requireEvent(name: string, schemas: ReadonlyMap<string, AggregateSchema>): void {
  if (name === "*") return;
  const [aggregateType = "", eventType = ""] = name.split(".");
  const schema = schemas.get(aggregateType);
  // Evento's own events, and those of a schema that the function did not bring, are written as they are.
  if (aggregateType === "evento" || schema?.events.has(eventType) === true) return;
  throw new EventoError(
    "FUNCTION_REFUSED",
    `found ${JSON.stringify(name)} among the events it wants, expected Aggregate.Event of a schema that it brings`,
    {
      hint:
        schema === undefined
          ? `add the schema of ${aggregateType} to its schemas`
          : `${aggregateType} has the events ${[...schema.events.keys()].join(", ")}`,
      faults: [{ path: "describe.events", message: `has the unknown ${name}` }],
    },
  );
}

function isRecord(value: unknown): value is { [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
