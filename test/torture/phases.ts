// All phases, in the order in which they run.
import type { Phase } from "./phase.ts";
import { killHost } from "./phases/kill-host.ts";

export const phases: readonly Phase[] = [killHost];
