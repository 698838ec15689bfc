// `evento reindex`: throws the index away and makes it again from the log.
import type { Context } from "../context.ts";
import { withDataOption, type DataOptions } from "../data-option.ts";

export function addReindex({ program, terminal }: Context): void {
  withDataOption(program.command("reindex").description("rebuild the index from the log while no host runs on it"))
    .addHelpText(
      "after",
      `
The log is only read. A rebuild that is broken off can be started again.

Examples:
  $ evento reindex
  $ evento reindex --data /var/lib/evento`,
    )
    .action(async (_options: DataOptions) => {
      terminal.note("not there yet");
    });
}
