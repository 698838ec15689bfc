// Everything that must hold, after each crash and in the end.
import type { Evidence } from "./evidence.ts";
import { conservation } from "./invariants/conservation.ts";
import { followedLog } from "./invariants/followed-log.ts";
import { durableReceipts } from "./invariants/i01-durable-receipts.ts";
import { oneOutcome } from "./invariants/i02-one-outcome.ts";
import { gapFreePositions } from "./invariants/i03-gap-free-positions.ts";
import { streamSequences } from "./invariants/i04-stream-sequences.ts";
import { atomicOutcome } from "./invariants/i05-atomic-outcome.ts";
import { exactlyOnceEffect } from "./invariants/i06-exactly-once-effect.ts";
import { foldedStates } from "./invariants/i08-fold.ts";
import { publishedEvents } from "./invariants/i09-published-events.ts";
import { serialTurns } from "./invariants/i12-serial-turns.ts";
import { refusedWithoutTrace } from "./invariants/i14-refused-without-trace.ts";
import { validPayloads } from "./invariants/i15-valid-payloads.ts";
import { monotonicTime } from "./invariants/i17-monotonic-time.ts";

const invariants: readonly ((evidence: Evidence) => void)[] = [
  gapFreePositions,
  streamSequences,
  durableReceipts,
  oneOutcome,
  atomicOutcome,
  exactlyOnceEffect,
  validPayloads,
  foldedStates,
  publishedEvents,
  serialTurns,
  refusedWithoutTrace,
  monotonicTime,
  conservation,
  followedLog,
];

/** @throws Violation of the first that does not hold. */
export function requireInvariants(evidence: Evidence): void {
  for (const invariant of invariants) invariant(evidence);
}
