// Time and chance: the only places where the engine gets either, so that a simulator can supply both from one seed.

export interface Clock {
  /** Milliseconds since 1970, by the machine; may jump either way. */
  now(): number;
  /** Calls back once after a delay in milliseconds. Returns a function that cancels it. */
  schedule(delayMs: number, task: () => void): () => void;
}

export interface Chance {
  /** A new id that nobody else has: a UUID. */
  id(): string;
  /** A number from 0 (with) to 1 (without). */
  fraction(): number;
}
