// `evento reindex`: throws the index away and makes it again from the log.
import type { Context } from "../context.ts";
import { withDataOption, type DataOptions } from "../data-option.ts";
import { headJson, headText, withProgress } from "../journal-run.ts";

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
    .action(async (options: DataOptions) => {
      const { reindexJournal } = await import("../../journal/level/reindex.ts");
      const head = await withProgress(terminal, (onProgress) => reindexJournal(options.data, { onProgress }));
      if (terminal.isForPerson(options)) terminal.result(`${terminal.styled("rebuilt", "good")}  ${headText(head)}`);
      else terminal.json({ head: headJson(head) });
    });
}
