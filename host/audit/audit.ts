// Runs history again, in the order of the log: are the kept states what the events fold to, and do commands end as they did?
// Memory is bounded: a page of events, and the newest states.
//
// What dispatchers made of events is not run again: the log does not say which entities referred to which at that moment.
import { eventIdOf } from "../domain/derived-id.ts";
import type { StoredEvent } from "../domain/envelope.ts";
import { hostAggregateType } from "../domain/host-schema.ts";
import { Deployments } from "../engine/deployments.ts";
import { hostEventOf } from "../engine/host-stream.ts";
import { EventoError } from "../errors.ts";
import type { FaultList } from "../journal/fault-list.ts";
import { aggregateBytesCachedMax } from "../limits.ts";
import type { Functions } from "../ports/functions.ts";
import type { Journal } from "../ports/journal.ts";
import type { Snapshots } from "../ports/snapshots.ts";
import { ComponentCheck } from "./component-check.ts";
import { DeploymentHistory } from "./deployment-history.ts";
import { KeptStates } from "./kept-states.ts";
import { OutcomeCheck } from "./outcome-check.ts";
import { Refolding } from "./refolding.ts";
import { StateCheck } from "./state-check.ts";

const eventsPerPage = 1_000;
const bytesPerPage = 4 << 20;

export type AuditCounts = {
  /** States in index and snapshots that were compared with the fold of their events. */
  readonly states: number;
  /** Commands that were run again; undefined when that was not asked for. */
  readonly commands: number | undefined;
};

export type AuditOptions = {
  readonly journal: Journal;
  readonly functions: Functions;
  readonly snapshots: Snapshots;
  readonly reExecute: boolean;
  readonly faults: FaultList;
  /** Called with the position that was reached. */
  readonly onPosition?: (position: number) => void;
  /** Bytes of states that are remembered: of those folded, and as many of those kept. */
  readonly stateBytesMax?: number;
};

/** Audits a journal that nobody appends to. Differences are added to the faults. */
export async function audit(options: AuditOptions): Promise<AuditCounts> {
  const {
    journal,
    functions,
    snapshots,
    reExecute,
    faults,
    stateBytesMax: bytesMax = aggregateBytesCachedMax,
  } = options;
  const history = await DeploymentHistory.read(journal);
  const components = new ComponentCheck({ functions });
  const refolding = new Refolding({ journal, functions, history, bytesMax });
  const kept = new KeptStates({ journal, snapshots, bytesMax });
  const onFault = (fault: unknown): void => faults.add(fault);
  const states = new StateCheck({ kept, history, components, refolding, onFault });
  const outcomes = new OutcomeCheck({ functions, history, components, refolding });
  const inForce = new Deployments();
  for (let after = 0; ;) {
    const { events, scannedTo } = await journal.events({ after, limit: eventsPerPage, bytesMax: bytesPerPage });
    for (const stretch of stretchesOf(events)) {
      const [first] = stretch;
      if (first?.aggregate_type === hostAggregateType) inForce.apply(hostEventOf(first), first.position);
      else {
        const atHand = byAggregate(stretch);
        refolding.take(atHand);
        await Promise.all(Array.from(atHand.values(), checkAggregate));
      }
    }
    options.onPosition?.(scannedTo);
    if (scannedTo === after) break;
    after = scannedTo;
  }
  for (const fn of history.components()) await components.look(fn);
  for (const fault of await components.faults()) faults.add(fault);
  return { states: states.count, commands: reExecute ? outcomes.count : undefined };

  async function checkAggregate(events: readonly StoredEvent[]): Promise<void> {
    const [first] = events;
    const last = events.at(-1);
    if (first === undefined || last === undefined) return;
    const { aggregate, aggregate_type } = first;
    if (reExecute) {
      for (const event of events) if (isFirstOfCommand(event)) await faults.of(() => runAgain(event.cause.id));
      await foldOn(last);
    }
    await states.check(aggregate, aggregate_type, { first: first.sequence, last: last.sequence });
  }

  async function runAgain(id: string): Promise<void> {
    const record = await journal.command(id);
    if (record === undefined || record.outcome === null)
      throw new EventoError("LOG_INCONSISTENT", `found events of the command ${id}, which has no outcome`);
    await outcomes.check({ ...record, outcome: record.outcome }, inForce);
  }

  /** Folds now, while the events are at hand, what the next command of the aggregate sees. */
  async function foldOn({ aggregate, aggregate_type, sequence }: StoredEvent): Promise<void> {
    const aggregator = inForce.aggregatorOf(aggregate_type);
    if (aggregator === undefined || !(await components.isThere(aggregator.fn))) return;
    try {
      await refolding.at(aggregate, aggregator, sequence);
    } catch (error) {
      // Told by the command that needs the state.
      if (!(error instanceof EventoError)) throw error;
    }
  }
}

/** Parts events where one of the host's stands: what is deployed may be another after it. */
function stretchesOf(events: readonly StoredEvent[]): StoredEvent[][] {
  const stretches: StoredEvent[][] = [];
  let isOpen = false;
  for (const event of events) {
    const isOfHost = event.aggregate_type === hostAggregateType;
    if (isOpen && !isOfHost) stretches.at(-1)?.push(event);
    else stretches.push([event]);
    isOpen = !isOfHost;
  }
  return stretches;
}

function byAggregate(events: readonly StoredEvent[]): Map<string, StoredEvent[]> {
  return Map.groupBy(events, ({ aggregate }) => aggregate);
}

function isFirstOfCommand({ id, cause }: StoredEvent): boolean {
  return cause.kind === "command" && id === eventIdOf(cause.id, 0);
}
