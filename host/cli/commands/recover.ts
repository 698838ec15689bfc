// `evento recover`: what a log has lost, and a log to go on with when that is accepted.
import { EventoError } from "../../errors.ts";
import type { LogLoss } from "../../journal/level/log-loss.ts";
import type { Recovery } from "../../journal/level/log-recovery.ts";
import type { Context } from "../context.ts";
import { withDataOption, type DataOptions } from "../data-option.ts";
import { headJson, headText, withProgress } from "../journal-run.ts";
import type { Terminal } from "../terminal.ts";

type RecoverOptions = DataOptions & { readonly acceptLoss?: boolean };

export function addRecover({ program, terminal }: Context): void {
  withDataOption(program.command("recover").description("go on with a log that lost its end, while no host runs on it"))
    .option("--accept-loss", "cut the log behind its last sound group, and go on from there")
    .addHelpText(
      "after",
      `
A last resort, when there is no backup: what comes after the first damaged or missing group is lost. Without --accept-loss
nothing is changed, and what would be lost is shown; exit code 1 says that something would. With it the sound groups become a log
with a new identity, so that Kafka gets all of it again under a new source, and the event LogRecovered of evento:host says what
happened. The old log stays in the data directory under another name.

Examples:
  $ evento recover
  $ evento recover --accept-loss --data /var/lib/evento`,
    )
    .action(async (options: RecoverOptions) => {
      const { recoverLog } = await import("../../journal/level/log-recovery.ts");
      const { markLoss } = await import("../../engine/loss-mark.ts");
      const { systemClock } = await import("../../clock.ts");
      const recovery = await withProgress(terminal, (onProgress) =>
        recoverLog(options.data, {
          acceptLoss: options.acceptLoss === true,
          mark: (journal, loss, previousLog) =>
            markLoss(journal, { previous_log: previousLog, ...factsOf(loss) }, systemClock),
          onProgress,
        }),
      );
      if (terminal.isForPerson(options)) print(recovery, terminal);
      else terminal.json(recoveryJson(recovery));
      if (recovery.kind !== "loss") return;
      const { cause } = recovery.loss;
      throw new EventoError(cause.code, cause.message, {
        cause,
        hint: "restore a backup; with none, `evento recover --accept-loss` goes on without what is lost",
      });
    });
}

function factsOf({ cause, kept, acknowledged, dropped }: LogLoss): {
  code: string;
  lost_from_position: number;
  acknowledged_position: number | null;
  dropped_groups: number;
  hash: string;
} {
  return {
    code: cause.code,
    lost_from_position: kept.position + 1,
    acknowledged_position: acknowledged?.position ?? null,
    dropped_groups: dropped.groups,
    hash: Buffer.from(kept.hash).toString("hex"),
  };
}

function recoveryJson(recovery: Recovery): unknown {
  if (recovery.kind === "sound" || recovery.kind === "finished") return recovery;
  const { kept, acknowledged, cause, dropped } = recovery.loss;
  const loss = {
    code: cause.code,
    message: cause.message,
    kept: headJson(kept),
    acknowledged: acknowledged === undefined ? null : { groups: acknowledged.group, position: acknowledged.position },
    dropped_groups: dropped.groups,
    dropped_whole_groups: dropped.whole,
  };
  if (recovery.kind === "loss") return { kind: "loss", log: recovery.log, loss };
  const { previous, log, head, lostPath } = recovery;
  return { kind: "recovered", previous_log: previous, log, head: headJson(head), old_log_in: lostPath, loss };
}

function print(recovery: Recovery, terminal: Terminal): void {
  const good = (text: string): string => terminal.styled(text, "good");
  if (recovery.kind === "sound") return terminal.result(`${good("sound")}  log ${recovery.log}: nothing is lost`);
  if (recovery.kind === "finished") return terminal.result(`${good("recovered")}  what was broken off has ended`);
  const { loss } = recovery;
  if (recovery.kind === "recovered") {
    terminal.result(
      `${good("recovered")}  log ${recovery.log}, before ${recovery.previous}: ${headText(recovery.head)}`,
    );
    terminal.result(`  the old log is in ${recovery.lostPath}`);
  } else terminal.result(`${terminal.styled("lost", "error")}  log ${recovery.log}`);
  const { kept, acknowledged, dropped } = loss;
  const time = kept.time === 0 ? "" : `, up to ${new Date(kept.time).toISOString()}`;
  terminal.result(`  sound: ${headText(kept)}${time}, hash ${Buffer.from(kept.hash).toString("hex").slice(0, 16)}…`);
  terminal.result(
    `  acknowledged: ${acknowledged === undefined ? "unknown, since the head file is damaged" : headText(acknowledged)}`,
  );
  terminal.result(`  lost: ${lostText(loss)}`);
  if (dropped.groups > 0)
    terminal.result(
      `  of that still there, behind the damage: ${dropped.groups} groups, ${dropped.whole} of them whole`,
    );
}

function lostText({ kept, acknowledged, dropped }: LogLoss): string {
  if (acknowledged === undefined) return "nobody knows how much";
  const groups = Math.max(acknowledged.group - kept.group, dropped.groups);
  const positions = Math.max(acknowledged.position - kept.position, 0);
  return `${groups.toLocaleString("en")} groups with ${positions.toLocaleString("en")} events or more, from position ${kept.position + 1} on`;
}
