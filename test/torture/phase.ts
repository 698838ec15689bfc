// One kind of fault. A phase that can't show that its fault happened and mattered has shown nothing, and fails.
import type { HostStart } from "./host-run.ts";
import { Siege, type Bench } from "./siege.ts";

/** Counts by name, in the order in which they are printed. */
export type Figures = { [name: string]: number };

export type PhaseRun = {
  readonly bench: Bench;
  /** Length of the whole torture: 10 in the full form. Numbers of faults go with it. */
  readonly minutes: number;
  readonly figures: Figures;
};

export type Phase = {
  readonly name: string;
  /** The fault, as a sentence. */
  readonly about: string;
  /** Why it can't be made here; undefined where it can. */
  readonly unavailable?: (bench: Bench) => Promise<string | undefined>;
  /** Figures that have to be above zero: the fault fired, and mattered. */
  readonly proofs: readonly string[];
  run(run: PhaseRun): Promise<void>;
};

/** So many of something at a rate a minute, and one at least. */
export function timesOf({ minutes }: PhaseRun, perMinute: number): number {
  return Math.max(1, Math.ceil(minutes * perMinute));
}

/**
 * A siege from its beginning to its last checks.
 *
 * @param work - may answer how the host is to be started for the last checks.
 * @param given - see `Siege.begin`.
 */
export async function besiege(
  { bench, figures }: PhaseRun,
  work: (siege: Siege) => Promise<Omit<HostStart, "data"> | void>,
  given: { data?: string } = {},
): Promise<void> {
  const siege = await Siege.begin(bench, given);
  try {
    const start = await work(siege);
    await siege.finish(start ?? {});
    const { audit, untoldCount } = siege;
    count(figures, "receipts", audit.receiptCount);
    count(figures, "events", audit.eventCount);
    count(figures, "transfers", audit.ledger.countOf("FundsSent"));
    count(figures, "refunds", audit.ledger.countOf("TransferRefunded"));
    count(figures, "later bookings", audit.ledger.countOf("CashDispensed"));
    count(figures, "repeats", audit.repeatCount);
    count(figures, "id conflicts", audit.conflictCount);
    count(figures, "sequence mismatches", audit.refusedCount);
    count(figures, "untold", untoldCount);
  } finally {
    await siege.dispose();
  }
}

export function count(figures: Figures, name: string, more = 1): void {
  figures[name] = (figures[name] ?? 0) + more;
}
