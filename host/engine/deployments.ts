// What is deployed now: the fold of `evento:host`, with its schemas parsed and its claims indexed.
// Changed only by `apply`, with events that are in the log.
import {
  activeVersion,
  emptyHost,
  foldHost,
  type DeployedFunction,
  type HostEvent,
  type HostState,
} from "../domain/host-state.ts";
import { hostAggregateType } from "../domain/host-schema.ts";
import { EventoError, invariant } from "../errors.ts";
import type { FunctionRef } from "../ports/functions.ts";
import { parseAggregateSchema, type AggregateSchema } from "../schemas/aggregate-schema.ts";
import { ownSchema } from "./host-stream.ts";

/** A function in charge of something, with the schema that it was built with. */
export type InCharge = { readonly fn: FunctionRef; readonly schema: AggregateSchema };

export type Dispatcher = {
  readonly name: string;
  readonly deployed: DeployedFunction;
  /** Position after which a dispatcher without a cursor begins. */
  readonly since: number;
};

export class Deployments {
  #state: HostState = emptyHost;
  readonly #schemas = new Map<string, AggregateSchema>();
  readonly #latest = new Map<string, AggregateSchema>();
  readonly #aggregateTypeByEntityType = new Map<string, string>();
  #handlers = new Map<string, InCharge>();
  #aggregators = new Map<string, InCharge>();
  #dispatchers: Dispatcher[] = [];

  constructor() {
    this.#addSchema(ownSchema);
  }

  get state(): HostState {
    return this.#state;
  }

  apply(event: HostEvent, position: number): void {
    const state = foldHost(this.#state, event, position);
    // What was parked, retried or refused changes nothing here, and most of the history is that.
    if (state === this.#state) return;
    this.#state = state;
    if (event.type === "SchemaRegistered") this.#addSchema(parseAggregateSchema(JSON.parse(event.payload.schema)));
    this.#indexFunctions();
  }

  /** The aggregate type that an entity type belongs to. */
  aggregateTypeOf(entityType: string): string | undefined {
    return this.#aggregateTypeByEntityType.get(entityType);
  }

  /** Aggregate types with a schema, without Evento's own. */
  aggregateTypes(): readonly string[] {
    return [...this.#latest.keys()].filter((name) => name !== hostAggregateType).toSorted();
  }

  latestSchema(aggregateType: string): AggregateSchema | undefined {
    return this.#latest.get(aggregateType);
  }

  /** All versions of an aggregate's schema, the oldest first. */
  schemaVersions(aggregateType: string): readonly AggregateSchema[] {
    const fingerprints = this.#state.schemas.get(aggregateType) ?? [];
    return fingerprints.map((fingerprint) => this.schema(aggregateType, fingerprint));
  }

  findSchema(aggregateType: string, fingerprint: string): AggregateSchema | undefined {
    return this.#schemas.get(`${aggregateType}/${fingerprint}`);
  }

  /** A version that is known to be registered, since something stored names it. */
  schema(aggregateType: string, fingerprint: string): AggregateSchema {
    // Evento's own schema only grows, so the newest reads what any earlier host wrote.
    const isOwn = aggregateType === hostAggregateType;
    const schema = isOwn ? this.#latest.get(aggregateType) : this.findSchema(aggregateType, fingerprint);
    invariant(
      schema !== undefined,
      `schema ${fingerprint} of ${aggregateType} is named in the log and not registered there`,
    );
    return schema;
  }

  handlerOf(aggregateType: string): InCharge | undefined {
    return this.#handlers.get(aggregateType);
  }

  aggregatorOf(aggregateType: string): InCharge | undefined {
    return this.#aggregators.get(aggregateType);
  }

  dispatchers(): readonly Dispatcher[] {
    return this.#dispatchers;
  }

  /** The active version of a function. @throws EventoError FUNCTION_UNKNOWN */
  active(name: string): DeployedFunction {
    const history = this.#state.functions.get(name);
    if (history === undefined)
      throw new EventoError("FUNCTION_UNKNOWN", `found no function named ${JSON.stringify(name)}`, {
        hint: "GET /functions lists what is deployed",
      });
    return activeVersion(history);
  }

  #addSchema(schema: AggregateSchema): void {
    this.#schemas.set(`${schema.name}/${schema.fingerprint}`, schema);
    this.#latest.set(schema.name, schema);
    for (const entityType of schema.entityTypes.keys()) this.#aggregateTypeByEntityType.set(entityType, schema.name);
  }

  #indexFunctions(): void {
    this.#handlers = new Map();
    this.#aggregators = new Map();
    this.#dispatchers = [];
    for (const [name, history] of this.#state.functions) {
      const deployed = activeVersion(history);
      if (deployed.kinds.includes("dispatcher")) this.#dispatchers.push({ name, deployed, since: history.since });
      if (deployed.aggregate === null) continue;
      const fingerprint = deployed.schemas[deployed.aggregate];
      invariant(fingerprint !== undefined, `function ${name} is in charge of ${deployed.aggregate} without a schema`);
      const inCharge = { fn: { name, digest: deployed.digest }, schema: this.schema(deployed.aggregate, fingerprint) };
      if (deployed.kinds.includes("handler")) this.#handlers.set(deployed.aggregate, inCharge);
      if (deployed.kinds.includes("aggregator")) this.#aggregators.set(deployed.aggregate, inCharge);
    }
  }
}
