// All that was ever deployed: the log holds what functions said that were replaced or removed long ago.
import type { DeployedFunction, HostEvent } from "../domain/host-state.ts";
import { Deployments, type InCharge } from "../engine/deployments.ts";
import { hostHistory } from "../engine/host-stream.ts";
import type { FunctionRef } from "../ports/functions.ts";
import type { Journal } from "../ports/journal.ts";

export class DeploymentHistory {
  /** What is deployed at the end of the log, and every schema that was ever registered. */
  readonly deployments = new Deployments();
  readonly #functions = new Map<string, { readonly name: string; readonly deployed: DeployedFunction }>();

  static async read(journal: Journal): Promise<DeploymentHistory> {
    const history = new DeploymentHistory();
    for await (const { event, position } of hostHistory(journal, { after: 0 })) history.#apply(event, position);
    return history;
  }

  #apply(event: HostEvent, position: number): void {
    this.deployments.apply(event, position);
    if (event.type !== "FunctionDeployed") return;
    const { name, function: deployed } = event.payload;
    this.#functions.set(deployed.digest, { name, deployed });
  }

  /** Every component that was ever deployed; rules have none. */
  components(): readonly FunctionRef[] {
    const deployed = [...this.#functions.values()].filter((known) => known.deployed.rules === null);
    return deployed.map(({ name, deployed: { digest } }) => ({ name, digest }));
  }

  /** The component that handled an aggregate type, and whether it folds it too. */
  handlerOf(aggregateType: string, digest: string): { handler: InCharge; alsoFolds: boolean } | undefined {
    const known = this.#functions.get(digest);
    const handler = known && this.#inCharge(known, aggregateType);
    if (known === undefined || handler === undefined) return undefined;
    return { handler, alsoFolds: known.deployed.kinds.includes("aggregator") };
  }

  /** Every component that ever folded an aggregate type, the newest first. */
  aggregatorsOf(aggregateType: string): readonly InCharge[] {
    const aggregators = [...this.#functions.values()].filter(({ deployed }) => deployed.kinds.includes("aggregator"));
    return aggregators.flatMap((known) => this.#inCharge(known, aggregateType) ?? []).toReversed();
  }

  #inCharge(
    { name, deployed }: { readonly name: string; readonly deployed: DeployedFunction },
    aggregateType: string,
  ): InCharge | undefined {
    const fingerprint = deployed.schemas[aggregateType];
    if (deployed.aggregate !== aggregateType || fingerprint === undefined) return undefined;
    return { fn: { name, digest: deployed.digest }, schema: this.deployments.schema(aggregateType, fingerprint) };
  }
}
