// Waiting for a command's outcome: as long as the client wants to, and no longer than outcomes come.
import type { Engine, Posted } from "../engine/engine.ts";
import type { CommandView } from "../engine/views.ts";
import { EventoError } from "../errors.ts";

export type OutcomeWait = {
  readonly engine: Engine;
  /** Longest wait; undefined to wait until it is there. */
  readonly waitMs: number | undefined;
  /** Aborts when nothing more will be decided. */
  readonly drained: AbortSignal;
};

/**
 * The command and what became of it within the wait. When it is still pending then, it is on disk.
 *
 * @throws EventoError SEQUENCE_MISMATCH; SHUTTING_DOWN when it was not taken in before the host's end.
 */
export async function outcomeWithin(posted: Posted, { engine, waitMs, drained }: OutcomeWait): Promise<CommandView> {
  const view = await firstOf(posted.outcome(), { waitMs, drained });
  if (view !== undefined) return view;
  // A command that expects a sequence is on disk only when its turn has come.
  await firstOf(posted.durable, { waitMs: undefined, drained });
  try {
    return await engine.queries.command(posted.id);
  } catch (error) {
    if (!(error instanceof EventoError) || error.code !== "COMMAND_UNKNOWN") throw error;
    if (!drained.aborted) return posted.outcome();
    throw new EventoError("SHUTTING_DOWN", "found the host shutting down before the command's turn came", {
      retryable: true,
      hint: "try again when it is back: nothing was executed",
    });
  }
}

/** What a promise gives; undefined when the wait ends before. */
async function firstOf<Value>(
  value: Promise<Value>,
  { waitMs, drained }: { waitMs: number | undefined; drained: AbortSignal },
): Promise<Value | undefined> {
  const { promise: expired, resolve } = Promise.withResolvers<undefined>();
  const expire = (): void => resolve(undefined);
  const timer = waitMs === undefined ? undefined : setTimeout(expire, waitMs);
  if (drained.aborted) expire();
  else drained.addEventListener("abort", expire);
  try {
    return await Promise.race([value, expired]);
  } finally {
    clearTimeout(timer);
    drained.removeEventListener("abort", expire);
  }
}
