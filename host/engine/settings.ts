// What an operator may turn of the engine.

export type EngineSettings = {
  /** Tries of a command, or of a dispatch, before it is parked. */
  readonly triesMax: number;
  /** Wait before the second try; it doubles with each further one, ±25 %. */
  readonly backoffMs: number;
  readonly backoffMsMax: number;
  /** Steps from the external cause past which a chain of commands and events is parked. */
  readonly depthMax: number;
  /** Events of an aggregate between two snapshots. */
  readonly snapshotEventCount: number;
};

export const defaultSettings: EngineSettings = {
  triesMax: 5,
  backoffMs: 100,
  backoffMsMax: 10_000,
  depthMax: 100,
  snapshotEventCount: 100,
};

/** The wait after a failed try, `attempt` from 1. @param fraction - chance, from 0 to 1. */
export function backoffOf(settings: EngineSettings, attempt: number, fraction: number): number {
  const full = Math.min(settings.backoffMsMax, settings.backoffMs * 2 ** (attempt - 1));
  return Math.round(full * (0.75 + fraction / 2));
}
