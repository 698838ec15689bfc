// What the log is told of a turn: pure, from decisions to entries.
import { hash } from "node:crypto";

import type { JournalEntry } from "../ports/journal.ts";
import type { Decision } from "./decision.ts";
import type { Folded } from "./mailbox.ts";
import type { PendingCommand } from "./pending.ts";

type Decided = Extract<Decision, { kind: "decided" }>;

const noBytes = new Uint8Array(0);

/** First 16 bytes of the SHA-256 of a state: what re-execution is compared with. */
export function stateHashOf(state: Uint8Array | null): Uint8Array {
  return state === null ? noBytes : hash("sha256", state, "buffer").subarray(0, 16);
}

export function commandEntryOf(pending: PendingCommand): JournalEntry {
  return {
    kind: "command",
    command: pending.command,
    schema: pending.schema.fingerprint,
    not_before: pending.notBefore,
    has_new_id: pending.hasNewId,
  };
}

/** The events and the outcome of a decided command, in the order that the journal's port asks for. */
export function outcomeEntriesOf(
  decision: Decided,
  { functionDigest, schema }: { functionDigest: string; schema: string },
): JournalEntry[] {
  const { pending, events, before, after, usage } = decision;
  const entries: JournalEntry[] = [];
  if (!pending.accepted) entries.push(commandEntryOf(pending));
  for (const event of events) entries.push({ kind: "event", event, schema });
  entries.push({
    kind: "outcome",
    command_id: pending.command.id,
    function_digest: functionDigest,
    seen_sequence: before.sequence,
    seen_state_hash: stateHashOf(before.state),
    attempt: pending.attempts + 1,
    time: events[0]?.time ?? pending.command.time,
    duration_us: usage.duration_us,
    memory_bytes: usage.memory_bytes,
    event_count: events.length,
  });
  const references = referencesEntryOf(before, after);
  if (references !== undefined) entries.push(references);
  return entries;
}

/** The change of remote references between two states; undefined when there is none. */
export function referencesEntryOf(before: Folded, after: Folded): JournalEntry | undefined {
  if (before.references.length === 0 && after.references.length === 0) return undefined;
  const added = after.references.filter((entity) => !before.references.includes(entity));
  const removed = before.references.filter((entity) => !after.references.includes(entity));
  if (added.length === 0 && removed.length === 0) return undefined;
  return { kind: "references", aggregate: after.aggregate, added, removed };
}
