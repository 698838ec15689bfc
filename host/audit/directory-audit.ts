// Audits a data directory that no host runs on, with real function processes.
import { join } from "node:path";

import { ProcessFunctions } from "../functions/process-functions.ts";
import { FaultList, type FoundFault } from "../journal/fault-list.ts";
import type { JournalProgress } from "../journal/level/journal-progress.ts";
import { openJournal } from "../journal/level/level-journal.ts";
import { openSnapshots } from "../snapshots/open-snapshots.ts";
import { audit, type AuditCounts } from "./audit.ts";

/** A function is given more time than it had: what was within its deadline then must not fail on a slower machine. */
const deadlineMs = 10_000;
/** Old versions are called in turn, and each gives its process back soon. */
const idleMs = 5_000;

export type DirectoryAudit = {
  readonly directory: string;
  /** Where snapshots are, as the host was told. */
  readonly snapshots: { readonly location: string; readonly endpoint: string };
  readonly reExecute: boolean;
  readonly onProgress: (progress: JournalProgress) => void;
};

export type DirectoryAuditReport = AuditCounts & {
  readonly faultCount: number;
  readonly faults: readonly FoundFault[];
};

/** @throws EventoError as `openJournal`; FUNCTION_UNAVAILABLE when no function process can be started. */
export async function auditDirectory(options: DirectoryAudit): Promise<DirectoryAuditReport> {
  const { directory, reExecute, onProgress } = options;
  const faults = new FaultList();
  await using closing = new AsyncDisposableStack();
  const { journal, identity } = await openJournal({ directory, onFatal: (error) => faults.add(error) });
  closing.defer(() => journal.close());
  const functions = await ProcessFunctions.open({
    directory: join(directory, "components"),
    logger: () => {},
    deadlineMs,
    idleMs,
  });
  closing.defer(() => functions.close());
  const snapshots = await openSnapshots({
    ...options.snapshots,
    data: directory,
    log: identity.id,
    // What can't be looked at is not sound.
    onFailure: (error) => faults.add(error),
  });
  closing.defer(() => snapshots.close());
  const total = journal.head.position;
  const onPosition = (done: number): void => onProgress({ stage: "events", done, total });
  const counts = await audit({ journal, functions, snapshots, reExecute, faults, onPosition });
  return { ...counts, faultCount: faults.count, faults: faults.first };
}
