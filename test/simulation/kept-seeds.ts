// Seeds whose histories once showed a fault: run before all others.
import { readFileSync } from "node:fs";

export type KeptSeed = {
  readonly seed: number;
  /** Whether it was run with the narrow bounds of `tight-limits.ts`. */
  readonly tight: boolean;
  readonly why: string;
};

export const keptSeeds = JSON.parse(
  readFileSync(new URL("./seeds.json", import.meta.url), "utf8"),
) as readonly KeptSeed[];
