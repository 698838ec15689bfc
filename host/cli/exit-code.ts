// Exit codes, for scripts: 0 all well, 1 refused or failed, 2 the command line itself is wrong, 3 no host answers.
import { CommanderError } from "commander";

import { unreachableCode } from "../client/host-client.ts";
import { EventoError } from "../errors.ts";

/** The command line is wrong: nothing was tried. */
export const usageCode = "USAGE_INVALID";

const usageCodes: ReadonlySet<string> = new Set([usageCode, "CONFIG_INVALID", "LOCATION_INVALID"]);

/** @param error - what a command threw. */
export function exitCodeOf(error: unknown): 0 | 1 | 2 | 3 {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof EventoError)) return 1;
  if (usageCodes.has(error.code)) return 2;
  return error.code === unreachableCode ? 3 : 1;
}

/** An error of the command line: exit code 2. */
export function usageError(message: string, hint: string): EventoError {
  return new EventoError(usageCode, message, { hint });
}
