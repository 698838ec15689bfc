// `evento backup`: copies the log of a running host, and the components that it needs, to another place.
import type { Context } from "../context.ts";
import { withArchive, type ArchiveOptions } from "../archive-option.ts";
import { HostLogSource } from "../host-log-source.ts";
import { clientOf, withHostOptions, type HostOptions } from "../host-option.ts";
import { headText, withProgress } from "../journal-run.ts";

export function addBackup({ program, terminal }: Context): void {
  const backup = program.command("backup").description("copy the log of a running host, and its components");
  withHostOptions(withArchive(backup, "where to"))
    .addHelpText(
      "after",
      `
Each run adds what the copy does not have yet, checked on the way; one that breaks off goes on at the next. The host takes
commands meanwhile. S3 is reached with the AWS variables. \`evento restore\` makes a data directory of it.

Examples:
  $ evento backup file:/mnt/backup/evento
  $ evento backup s3://bank-backup/evento --host https://evento.internal:8080`,
    )
    .action(async (location: string, options: HostOptions & ArchiveOptions) => {
      const { archiveAt } = await import("../../archive/archive-location.ts");
      const { backUp } = await import("../../archive/backup.ts");
      const archive = archiveAt({ location, endpoint: options.s3Endpoint });
      try {
        const source = new HostLogSource({ client: clientOf(options) });
        const report = await withProgress(terminal, (onProgress) =>
          backUp({ source, archive, onGroup: (done, total) => onProgress({ stage: "log", done, total }) }),
        );
        if (!terminal.isForPerson(options)) {
          terminal.json(report);
          return;
        }
        const { log, groups: group, position, added } = report;
        const count = (number: number): string => number.toLocaleString("en");
        terminal.result(
          `${terminal.styled("copied", "good")}  log ${log}: ${headText({ group, position })}; ` +
            `${count(added.groups)} groups and ${added.components} components are new, ${count(added.bytes)} bytes`,
        );
      } finally {
        await archive.close();
      }
    });
}
