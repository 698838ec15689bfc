// A new version retries what was parked before it. A crash may come between the two, and what is overdue then shows in the history
// of `evento:host`: parked, a version after that, and no retry since.
import { entityTypeOf } from "../domain/entity-id.ts";
import type { HostEvent } from "../domain/host-state.ts";
import type { Deployments } from "./deployments.ts";

type Parked = {
  /** Of a command, its target. */
  readonly entity: string;
  overdue: boolean;
};

export class OverdueRetries {
  readonly #deployments: Deployments;
  /** By id. */
  readonly #commands = new Map<string, Parked>();
  /** By dispatcher and id of the event. */
  readonly #dispatches = new Map<string, Map<string, Parked>>();

  constructor({ deployments }: { deployments: Deployments }) {
    this.#deployments = deployments;
  }

  /** Ids of parked commands that a version in force should have retried. */
  get commands(): readonly string[] {
    return overdueIn(this.#commands);
  }

  /** Names of dispatchers that should have retried what they parked. */
  get dispatchers(): readonly string[] {
    return [...this.#dispatches].filter(([, events]) => overdueIn(events).length > 0).map(([name]) => name);
  }

  /** Takes in the next event of the history, after it was applied to the deployments. */
  see(event: HostEvent): void {
    const { type, payload } = event;
    if (type === "CommandParked") this.#commands.set(payload.command_id, { entity: payload.entity, overdue: false });
    if (type === "CommandRetried") this.#commands.delete(payload.command_id);
    if (type === "DispatchParked")
      this.#dispatchesOf(payload.dispatcher).set(payload.event_id, { entity: "", overdue: false });
    if (type === "DispatchRetried") this.#dispatchesOf(payload.dispatcher).delete(payload.event_id);
    if (type === "FunctionDeployed" || type === "FunctionRolledBack") this.#began(payload.name);
  }

  #began(name: string): void {
    const { aggregate } = this.#deployments.active(name);
    for (const parked of this.#dispatchesOf(name).values()) parked.overdue = true;
    if (aggregate === null) return;
    for (const parked of this.#commands.values())
      if (this.#deployments.aggregateTypeOf(entityTypeOf(parked.entity)) === aggregate) parked.overdue = true;
  }

  #dispatchesOf(dispatcher: string): Map<string, Parked> {
    let events = this.#dispatches.get(dispatcher);
    if (events === undefined) {
      events = new Map();
      this.#dispatches.set(dispatcher, events);
    }
    return events;
  }
}

function overdueIn(parked: ReadonlyMap<string, Parked>): readonly string[] {
  return [...parked].filter(([, { overdue }]) => overdue).map(([id]) => id);
}
