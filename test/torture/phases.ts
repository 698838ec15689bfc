// All phases, in the order in which they run.
import type { Phase } from "./phase.ts";
import { clockJumps } from "./phases/clock-jumps.ts";
import { fsyncError } from "./phases/fsync-error.ts";
import { fullDisk } from "./phases/full-disk.ts";
import { killFunctions } from "./phases/kill-functions.ts";
import { killHost } from "./phases/kill-host.ts";
import { mixed } from "./phases/mixed.ts";
import { powerLoss } from "./phases/power-loss.ts";
import { shutdown } from "./phases/shutdown.ts";

export const phases: readonly Phase[] = [
  killHost,
  killFunctions,
  powerLoss,
  fullDisk,
  fsyncError,
  clockJumps,
  shutdown,
  mixed,
];
