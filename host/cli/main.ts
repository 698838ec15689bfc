// The command line from arguments to exit code. Commands throw; what went wrong is told here, once.
import { CommanderError } from "commander";

import { errorText } from "./error-text.ts";
import { exitCodeOf } from "./exit-code.ts";
import { programOf } from "./program.ts";
import { Terminal } from "./terminal.ts";

/** Runs one command line and leaves its exit code in the process. */
export async function main(args: readonly string[]): Promise<void> {
  // Whoever reads may have read enough: `evento events | head`.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const terminal = new Terminal({ stdout: process.stdout, stderr: process.stderr });
  try {
    await programOf({ terminal }).parseAsync(args, { from: "user" });
  } catch (error) {
    // Commander has told its own already.
    if (!(error instanceof CommanderError)) terminal.note(errorText(error, terminal));
    process.exitCode = exitCodeOf(error);
  }
}
