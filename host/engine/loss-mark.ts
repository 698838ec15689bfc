// Says in the log that it lost its end and that somebody has accepted that.
import { hostAggregate } from "../domain/host-schema.ts";
import type { HostEvent } from "../domain/host-state.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import { HostStream } from "./host-stream.ts";
import { LogClock } from "./log-clock.ts";

export type Loss = Extract<HostEvent, { type: "LogRecovered" }>["payload"];

/** Appends `LogRecovered` to a journal that nobody else appends to. */
export async function markLoss(journal: Journal, payload: Loss, clock: Clock): Promise<void> {
  const host = new HostStream({ sequence: await journal.sequence(hostAggregate) });
  const time = new LogClock({ clock, last: journal.head.time }).now();
  const cause = { kind: "external", id: payload.previous_log } as const;
  const due = { cause, root_cause: payload.previous_log, depth: 0 };
  await journal.append([host.next({ type: "LogRecovered", payload }, { time, due })]).durable;
}
