// Work over a whole data directory: how far it is, and what it found of the log.
import type { JournalProgress } from "../journal/level/journal-progress.ts";
import type { JournalHead } from "../ports/journal.ts";
import { Progress } from "./progress.ts";
import type { Terminal } from "./terminal.ts";

/** Does the work and tells how far it is on standard error. */
export async function withProgress<Result>(
  terminal: Terminal,
  work: (onProgress: (progress: JournalProgress) => void) => Promise<Result>,
): Promise<Result> {
  let latest: JournalProgress = { stage: "log", done: 0, total: undefined };
  const progress = new Progress({ terminal, text: (seconds) => progressText(latest, seconds) });
  const result = await work((current) => {
    latest = current;
    progress.step();
  });
  progress.end();
  return result;
}

/** The head of a log as it is reported, the hash in hex. */
export function headJson(head: JournalHead): { readonly [name: string]: string | number | null } {
  return {
    groups: head.group,
    position: head.position,
    hash: Buffer.from(head.hash).toString("hex"),
    time: head.time === 0 ? null : new Date(head.time).toISOString(),
  };
}

/** The same for a person. */
export function headText({ group, position }: Pick<JournalHead, "group" | "position">): string {
  return `${group.toLocaleString("en")} groups, ${position.toLocaleString("en")} events`;
}

const stageTexts = { log: "groups of the log", index: "rows of the index", events: "events folded again" } as const;

function progressText({ stage, done, total }: JournalProgress, seconds: number): string {
  const of = total === undefined ? "" : ` of ${total.toLocaleString("en")}`;
  return `${done.toLocaleString("en")}${of} ${stageTexts[stage]}, ${seconds.toFixed(1)} s`;
}
