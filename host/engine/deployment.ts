// Changes of what is deployed: checked whole, then one append of events of `evento:host`, then in force. What is refused changes
// nothing, and what ran goes on running.
import { hostAggregateType } from "../domain/host-schema.ts";
import type { DeployedFunction, HostEvent } from "../domain/host-state.ts";
import { EventoError, type Fault } from "../errors.ts";
import type { Chance } from "../ports/clock.ts";
import type { DiskRoom } from "../ports/disk.ts";
import type { FunctionKind, Functions } from "../ports/functions.ts";
import type { Journal, JournalEntry } from "../ports/journal.ts";
import { parseAggregateSchema, type AggregateSchema } from "../schemas/aggregate-schema.ts";
import { breaksOf } from "../schemas/compatibility.ts";
import type { Deployments } from "./deployments.ts";
import { descriptionOf, type Description } from "./description.ts";
import type { Dispatching } from "./dispatching.ts";
import type { Folding } from "./folding.ts";
import type { HostStream } from "./host-stream.ts";
import type { LogClock } from "./log-clock.ts";
import type { Parking } from "./parking.ts";
import { parseRuleSet } from "./rules.ts";
import type { StoredData } from "./stored-data.ts";

/** Stored aggregates that a new aggregator has to fold before it is believed. */
const trialsMax = 20;

export type Deployed = { readonly name: string; readonly function: DeployedFunction; readonly changed: boolean };

export type DeploymentContext = {
  readonly journal: Journal;
  readonly functions: Functions;
  readonly chance: Chance;
  readonly clock: LogClock;
  readonly deployments: Deployments;
  readonly disk: DiskRoom;
  readonly dispatching: Dispatching;
  readonly folding: Folding;
  readonly host: HostStream;
  readonly parking: Parking;
  readonly stored: StoredData;
};

type Candidate = {
  readonly digest: string;
  readonly kinds: readonly FunctionKind[];
  readonly description: Description;
  readonly rules: string | null;
};

export class Deployment {
  readonly #context: DeploymentContext;
  /** Changes come one after the other: each is checked against what the one before left. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(context: DeploymentContext) {
    this.#context = context;
  }

  /**
   * Deploys a component under a name, as a new version.
   *
   * @throws EventoError FUNCTION_NAME_INVALID, FUNCTION_REFUSED, FUNCTION_CLAIMED, ENTITY_TYPE_CLAIMED, SCHEMA_INCOMPATIBLE,
   *   DISK_LOW (retryable).
   */
  async component(name: string, bytes: Uint8Array): Promise<Deployed> {
    requireName(name);
    this.#context.disk.requireRoom();
    const { digest, kinds, description } = await this.#context.functions.check(bytes);
    return this.#inTurn(() =>
      this.#deploy(name, { digest, kinds, description: descriptionOf({ kinds, description }), rules: null }),
    );
  }

  /** Deploys a rule-based dispatcher. @throws EventoError RULES_INVALID, FUNCTION_NAME_INVALID */
  async rules(name: string, value: unknown): Promise<Deployed> {
    requireName(name);
    this.#context.disk.requireRoom();
    const ruleSet = parseRuleSet(value);
    const description = { aggregate: undefined, events: ruleSet.events, schemas: [] };
    const kinds: readonly FunctionKind[] = ["dispatcher"];
    return this.#inTurn(() => this.#deploy(name, { digest: ruleSet.digest, kinds, description, rules: ruleSet.text }));
  }

  /** Registers a schema by itself. @throws EventoError SCHEMA_INVALID, SCHEMA_INCOMPATIBLE, ENTITY_TYPE_CLAIMED */
  async schema(aggregateType: string, value: unknown): Promise<AggregateSchema> {
    this.#context.disk.requireRoom();
    const schema = parseAggregateSchema(value);
    if (schema.name !== aggregateType)
      throw new EventoError(
        "SCHEMA_INVALID",
        `found a schema of the namespace ${schema.name}, expected ${JSON.stringify(aggregateType.slice(0, 200))}`,
        {
          faults: [{ path: "[0].namespace", message: `is ${schema.name}, not the name in the path` }],
        },
      );
    return this.#inTurn(async () => {
      await this.#append(await this.#registrations([schema]));
      return this.#context.deployments.schema(schema.name, schema.fingerprint);
    });
  }

  /** Makes an earlier version active again. @throws EventoError FUNCTION_UNKNOWN, VERSION_UNKNOWN, FUNCTION_CLAIMED, SCHEMA_INCOMPATIBLE */
  async rollback(name: string, version: number): Promise<Deployed> {
    return this.#inTurn(async () => {
      const { deployments, functions } = this.#context;
      const active = deployments.active(name);
      const versions = deployments.state.functions.get(name)?.versions ?? [];
      const earlier = versions.find((candidate) => candidate.version === version);
      if (earlier === undefined)
        throw new EventoError(
          "VERSION_UNKNOWN",
          `found no version ${version} of ${name}, expected one of ${versions.map((known) => known.version).join(", ")}`,
        );
      if (active.version === version) return { name, function: active, changed: false };
      this.#requireUnclaimed(name, earlier.aggregate, earlier.kinds);
      if (earlier.rules === null) await functions.activate({ name, digest: earlier.digest });
      const schemas = Object.entries(earlier.schemas).map(([type, fingerprint]) =>
        deployments.schema(type, fingerprint),
      );
      const registrations = await this.#registrations(schemas);
      await this.#append([...registrations, { type: "FunctionRolledBack", payload: { name, version } }]);
      await this.#begin(name, earlier);
      return { name, function: earlier, changed: true };
    });
  }

  /** Takes a function away. Its commands are parked from then on, its cursor is forgotten. @throws EventoError FUNCTION_UNKNOWN */
  async remove(name: string): Promise<void> {
    await this.#inTurn(async () => {
      const { deployments, dispatching, functions } = this.#context;
      const active = deployments.active(name);
      const isDispatcher = active.kinds.includes("dispatcher");
      if (isDispatcher) await dispatching.stop(name);
      await this.#append(
        [{ type: "FunctionRemoved", payload: { name } }],
        isDispatcher ? [{ kind: "cursor-removed", dispatcher: name }] : [],
      );
      await functions.retire(name);
    });
  }

  async #deploy(name: string, candidate: Candidate): Promise<Deployed> {
    const { clock, deployments, functions } = this.#context;
    const { aggregate, events, schemas } = candidate.description;
    const history = deployments.state.functions.get(name);
    const active = history === undefined ? undefined : deployments.active(name);
    if (active?.digest === candidate.digest) return { name, function: active, changed: false };
    this.#requireUnclaimed(name, aggregate?.name ?? null, candidate.kinds);
    await this.#registrations(schemas);
    if (candidate.rules === null) {
      if (aggregate !== undefined && candidate.kinds.includes("aggregator"))
        await this.#tryOut(name, candidate.digest, aggregate);
      await functions.activate({ name, digest: candidate.digest });
    }
    const deployed: DeployedFunction = {
      version: Math.max(0, ...(history?.versions ?? []).map((version) => version.version)) + 1,
      digest: candidate.digest,
      deployed_at: new Date(clock.now()).toISOString(),
      kinds: candidate.kinds,
      aggregate: aggregate?.name ?? null,
      events,
      schemas: Object.fromEntries(schemas.map((schema) => [schema.name, schema.fingerprint])),
      rules: candidate.rules,
    };
    // Once more, since what may follow depends on whether something was written meanwhile.
    const registrations = await this.#registrations(schemas);
    await this.#append([...registrations, { type: "FunctionDeployed", payload: { name, function: deployed } }]);
    await this.#begin(name, deployed);
    return { name, function: deployed, changed: true };
  }

  /** Lets a version that came into force do what waited for it. */
  async #begin(name: string, deployed: DeployedFunction): Promise<void> {
    const { dispatching, parking } = this.#context;
    dispatching.start();
    if (deployed.kinds.includes("dispatcher")) dispatching.retryParked(name);
    if (deployed.aggregate !== null)
      await parking.retryAllOf(deployed.aggregate, `${name} version ${deployed.version} was deployed`);
  }

  #requireUnclaimed(name: string, aggregateType: string | null, kinds: readonly FunctionKind[]): void {
    if (aggregateType === null) return;
    const { deployments } = this.#context;
    const claims = [
      ["handler", deployments.handlerOf(aggregateType)],
      ["aggregator", deployments.aggregatorOf(aggregateType)],
    ] as const;
    for (const [kind, inCharge] of claims)
      if (kinds.includes(kind) && inCharge !== undefined && inCharge.fn.name !== name)
        throw new EventoError(
          "FUNCTION_CLAIMED",
          `found ${inCharge.fn.name} as the ${kind} of ${aggregateType}, expected none beside ${name}`,
          {
            hint: `deploy under the name ${inCharge.fn.name}, or remove it first`,
          },
        );
  }

  /** The events that register what is new of some schemas. @throws when one of them can't be taken */
  async #registrations(schemas: readonly AggregateSchema[]): Promise<HostEvent[]> {
    const { deployments } = this.#context;
    const events: HostEvent[] = [];
    for (const schema of schemas) {
      const versions = deployments.schemaVersions(schema.name);
      // One that is known but out of use is registered again: it has to be the newest.
      const first = firstInUse(versions);
      const inUse = versions.slice(first);
      if (inUse.some(({ fingerprint }) => fingerprint === schema.fingerprint)) continue;
      this.#requireOwnEntityTypes(schema);
      await this.#requireReadable(schema, inUse, first + 1);
      events.push({
        type: "SchemaRegistered",
        payload: {
          aggregate_type: schema.name,
          version: versions.length + 1,
          fingerprint: schema.fingerprint,
          schema: schema.text,
        },
      });
    }
    return events;
  }

  #requireOwnEntityTypes(schema: AggregateSchema): void {
    for (const entityType of schema.entityTypes.keys()) {
      const owner = this.#context.deployments.aggregateTypeOf(entityType);
      if (owner !== undefined && owner !== schema.name)
        throw new EventoError(
          "ENTITY_TYPE_CLAIMED",
          `found the entity type ${entityType} in ${owner}, expected it in no schema beside ${schema.name}`,
        );
    }
  }

  /**
   * @param number - of the first of the versions in use.
   * @throws EventoError SCHEMA_INCOMPATIBLE when a schema can't read what may have been written with the versions in use.
   */
  async #requireReadable(schema: AggregateSchema, inUse: readonly AggregateSchema[], number: number): Promise<void> {
    const faults = inUse.flatMap((earlier, index) =>
      breaksOf(schema, earlier).map(({ type, path, reason }): Fault => ({
        path: path === "" ? type : `${type}.${path}`,
        message: `${reason} (against version ${number + index})`,
      })),
    );
    if (faults.length === 0 || !(await this.#context.stored.holds(schema.name))) return;
    throw new EventoError(
      "SCHEMA_INCOMPATIBLE",
      `found ${faults.length} things in the new schema of ${schema.name} that can't read what is stored, the first: ${faults[0]?.path} ${faults[0]?.message}`,
      {
        faults,
        hint: "give new fields a default, keep what was there, and leave types that events were written with",
      },
    );
  }

  /** Folds some of what is really stored with a new aggregator. @throws EventoError FUNCTION_REFUSED */
  async #tryOut(name: string, digest: string, schema: AggregateSchema): Promise<void> {
    const { deployments, folding, journal } = this.#context;
    if (deployments.latestSchema(schema.name) === undefined) return;
    const aggregator = {
      fn: { name, digest },
      schema: deployments.findSchema(schema.name, schema.fingerprint) ?? schema,
    };
    for (const { aggregate, sequence } of await journal.aggregates(schema.name, { after: "", limit: trialsMax })) {
      try {
        await folding.at(aggregate, aggregator, sequence);
      } catch (error) {
        if (!(error instanceof EventoError) || error.code.startsWith("JOURNAL")) throw error;
        throw new EventoError("FUNCTION_REFUSED", `found that it can't fold what is stored: ${error.message}`, {
          cause: error,
          hint: "an aggregator has to take every event that its aggregate ever had",
        });
      }
    }
  }

  /** Makes events of `evento:host` durable, then puts them in force. */
  async #append(events: readonly HostEvent[], more: readonly JournalEntry[] = []): Promise<void> {
    if (events.length === 0) return;
    const { journal, host, clock, chance, deployments } = this.#context;
    const call = chance.id();
    const due = { cause: { kind: "external", id: call }, root_cause: call, depth: 0 } as const;
    const time = clock.now();
    const appended = journal.append([...events.map((event) => host.next(event, { time, due })), ...more]);
    await appended.durable;
    for (const [index, event] of events.entries()) deployments.apply(event, appended.firstPosition + index);
  }

  async #inTurn<Result>(change: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(change);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

function requireName(name: string): void {
  if (/^[a-z][a-z0-9-]{0,62}$/.test(name) && name !== hostAggregateType) return;
  throw new EventoError(
    "FUNCTION_NAME_INVALID",
    `found the function name ${JSON.stringify(name.slice(0, 200))}, expected [a-z][a-z0-9-]{0,62}`,
    {
      faults: [{ path: "name", message: "is not of the form [a-z][a-z0-9-]{0,62}" }],
    },
  );
}

/** Where the versions begin that something may be written with: one that broke with those before came while nothing was. */
function firstInUse(versions: readonly AggregateSchema[]): number {
  let first = 0;
  for (const [index, version] of versions.entries())
    if (versions.slice(first, index).some((earlier) => breaksOf(version, earlier).length > 0)) first = index;
  return first;
}
