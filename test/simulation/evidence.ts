// What the invariants are checked against.
import type { AggregateView } from "../../host/engine/views.ts";
import type { Receipt } from "./clients.ts";
import type { LogRecord } from "./log-record.ts";
import type { PublishedRecord } from "./simulated-cluster.ts";

export type Evidence = {
  readonly log: LogRecord;
  /** What clients were told since the last look: the log only grows, so what was found in it once is there. */
  readonly receipts: readonly Receipt[];
  readonly reads: readonly AggregateView[];
  /** Codes by the ids of posts that were refused. */
  readonly refused: ReadonlyMap<string, string>;
  /** Ids of the events that were shown to somebody who follows the log. */
  readonly followed: readonly string[];
  /** Committed records by partition. */
  readonly topic: readonly (readonly PublishedRecord[])[];
  /** Past it no dispatcher goes on. */
  readonly depthMax: number;
  /** Whether everything has come to its end. */
  readonly quiet: boolean;
};
