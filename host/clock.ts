// Time and chance of the machine: what the engine gets in a real host.
import { randomUUID } from "node:crypto";

import type { Chance, Clock } from "./ports/clock.ts";

export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    return () => clearTimeout(timer);
  },
};

export const systemChance: Chance = {
  id: () => randomUUID(),
  fraction: () => Math.random(),
};
