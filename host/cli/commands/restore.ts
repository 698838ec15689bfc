// `evento restore`: makes a data directory of a copy.
import { join } from "node:path";

import type { Journal } from "../../ports/journal.ts";
import { withArchive, type ArchiveOptions } from "../archive-option.ts";
import type { Context } from "../context.ts";
import { withDataOption, type DataOptions } from "../data-option.ts";
import { headJson, headText, withProgress } from "../journal-run.ts";

type RestoreOptions = DataOptions & ArchiveOptions & { readonly log?: string; readonly acceptLoss?: boolean };

export function addRestore({ program, terminal }: Context): void {
  const restore = program.command("restore").description("make a data directory of a copy that `evento backup` made");
  withDataOption(withArchive(restore, "where the copy is"))
    .option("--log <uuid>", "which log, when the copy holds several")
    .option("--accept-loss", "give up what came after the copy, and go on as a log of its own")
    .addHelpText(
      "after",
      `
The directory has to be absent or empty. Everything is checked: the chain of the log, the digests of components, and these pass
the gate again. The log keeps its identity, so that its snapshots fit and the topic goes on where it was; a host that still runs
on the lost directory must not come back. What came after the last backup is gone: a topic that has more than the log is left
alone, and \`/readyz\` says TOPIC_AHEAD. With --accept-loss the restored log has a new identity and the event LogRecovered, and
Kafka gets all of it again under a new source.

Examples:
  $ evento restore file:/mnt/backup/evento --data ./data
  $ evento restore s3://bank-backup/evento --data /var/lib/evento
  $ evento restore s3://bank-backup/evento --accept-loss`,
    )
    .action(async (location: string, options: RestoreOptions) => {
      const { archiveAt } = await import("../../archive/archive-location.ts");
      const { restore: restored } = await import("../../archive/restore.ts");
      const { ProcessFunctions } = await import("../../functions/process-functions.ts");
      const archive = archiveAt({ location, endpoint: options.s3Endpoint });
      try {
        const report = await withProgress(terminal, (onProgress) =>
          restored({
            archive,
            log: options.log,
            directory: options.data,
            openFunctions: () =>
              ProcessFunctions.open({ directory: join(options.data, "components"), logger: () => undefined }),
            ...(options.acceptLoss === true ? { markLoss: markRestored } : {}),
            onGroup: (done) => onProgress({ stage: "log", done, total: undefined }),
          }),
        );
        const { log, previous, head, components } = report;
        const before = previous === undefined ? "" : `, before ${previous}`;
        if (terminal.isForPerson(options))
          terminal.result(
            `${terminal.styled("restored", "good")}  log ${log}${before}: ${headText(head)}, ${components} components`,
          );
        else terminal.json({ log, previous_log: previous ?? null, head: headJson(head), components });
      } finally {
        await archive.close();
      }
    });
}

/** Says in the restored log that what came after the copy is given up. */
async function markRestored(journal: Journal, previousLog: string): Promise<void> {
  const { markLoss } = await import("../../engine/loss-mark.ts");
  const { systemClock } = await import("../../clock.ts");
  const { position, hash } = journal.head;
  const facts = { code: "RESTORED_FROM_COPY", lost_from_position: position + 1, acknowledged_position: null };
  const kept = { dropped_groups: 0, hash: Buffer.from(hash).toString("hex") };
  await markLoss(journal, { previous_log: previousLog, ...facts, ...kept }, systemClock);
}
