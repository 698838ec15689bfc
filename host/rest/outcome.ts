// Waiting for a command's outcome: as long as the client wants to, and no longer than outcomes come.
import type { Engine, Posted } from "../engine/engine.ts";
import type { CommandView } from "../engine/views.ts";
import { EventoError } from "../errors.ts";
import type { OutcomeWaits } from "./outcome-waits.ts";

export type OutcomeWait = {
  readonly engine: Engine;
  /** Longest wait; undefined to wait until it is there. */
  readonly waitMs: number | undefined;
  readonly waits: OutcomeWaits;
};

/**
 * The command and what became of it within the wait. When it is still pending then, it is on disk.
 *
 * @throws EventoError SEQUENCE_MISMATCH; SHUTTING_DOWN when it was not taken in before the host's end.
 */
export async function outcomeWithin(posted: Posted, { engine, waitMs, waits }: OutcomeWait): Promise<CommandView> {
  const view = await waits.firstOf(posted.outcome(), waitMs);
  if (view !== undefined) return view;
  // A command that expects a sequence is on disk only when its turn has come.
  await waits.firstOf(posted.durable, undefined);
  try {
    return await engine.queries.command(posted.id);
  } catch (error) {
    if (!(error instanceof EventoError) || error.code !== "COMMAND_UNKNOWN") throw error;
    if (!waits.drained) return posted.outcome();
    throw new EventoError("SHUTTING_DOWN", "found the host shutting down before the command's turn came", {
      retryable: true,
      hint: "try again when it is back: nothing was executed",
    });
  }
}
