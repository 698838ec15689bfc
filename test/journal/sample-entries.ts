// Entries of a bank's log for tests: every field has a value of its own, so that one that is lost or swapped shows.
import { eventIdOf } from "../../host/domain/derived-id.ts";
import type { Cause, Command, Event, StoredEvent } from "../../host/domain/envelope.ts";
import type { FoldedState, JournalEntry, Outcome } from "../../host/ports/journal.ts";

/** The clock of the tests, in milliseconds since 1970. */
export const startTime = 1_800_000_000_000;
export const schema = "0123456789abcdef";

type EntryOf<Kind extends JournalEntry["kind"]> = Extract<JournalEntry, { kind: Kind }>;

/** An outside command to deposit into Ada's account. */
export function commandEntry(
  id: string,
  change: Partial<Command> & { not_before?: number | null } = {},
): EntryOf<"command"> {
  const { not_before = null, ...fields } = change;
  const aggregate = fields.aggregate ?? "savings:ada";
  const cause: Cause = fields.cause ?? { kind: "external", id };
  const command: Command = {
    id,
    command_type: "Deposit",
    entity: aggregate,
    aggregate,
    aggregate_type: "SavingsAccount",
    time: startTime + 1,
    cause,
    root_cause: cause.id,
    depth: 0,
    payload: Buffer.from(`payload of ${id}`),
    ...fields,
  };
  return { kind: "command", command, schema, not_before };
}

/** The event at `index` of a command's outcome. */
export function eventEntry(
  command: Command,
  sequence: number,
  change: Partial<Event> & { index?: number } = {},
): EntryOf<"event"> {
  const { index = 0, ...fields } = change;
  const event: Event = {
    id: eventIdOf(command.id, index),
    event_type: "Deposited",
    entity: command.entity,
    aggregate: command.aggregate,
    aggregate_type: command.aggregate_type,
    sequence,
    position: 0,
    time: startTime + 2,
    cause: { kind: "command", id: command.id },
    root_cause: command.root_cause,
    depth: command.depth + 1,
    payload: Buffer.from(`payload ${sequence} of ${command.aggregate}`),
    ...fields,
  };
  return { kind: "event", event, schema };
}

/** An event that an outside call brought in, with an id of its own. */
export function outsideEventEntry(
  id: string,
  aggregate: string,
  sequence: number,
  change: Partial<Event> = {},
): EntryOf<"event"> {
  const { command } = commandEntry(id, { aggregate });
  return eventEntry(command, sequence, { id, cause: { kind: "external", id }, root_cause: id, depth: 0, ...change });
}

export function outcomeEntry(command_id: string, change: Partial<Outcome> = {}): EntryOf<"outcome"> {
  return {
    kind: "outcome",
    command_id,
    function_digest: "d".repeat(64),
    seen_sequence: 0,
    seen_state_hash: Buffer.alloc(16, 7),
    attempt: 1,
    time: startTime + 3,
    duration_us: 42,
    memory_bytes: 65_536,
    event_count: 1,
    ...change,
  };
}

/** A command that is accepted and done at once, with events after a sequence of its aggregate. */
export function doneCommand(
  id: string,
  change: { aggregate?: string; after?: number; eventCount?: number } = {},
): JournalEntry[] {
  const { aggregate = `savings:${id}`, after = 0, eventCount = 1 } = change;
  const accepted = commandEntry(id, { aggregate });
  const events = Array.from({ length: eventCount }, (_, index) =>
    eventEntry(accepted.command, after + 1 + index, { index }),
  );
  return [accepted, ...events, outcomeEntry(id, { seen_sequence: after, event_count: eventCount })];
}

/** What the journal answers for an event that it put at a position. */
export function storedAt(entry: EntryOf<"event">, position: number): StoredEvent {
  return { ...entry.event, position, schema: entry.schema };
}

/** What the journal answers for an outcome. */
export function outcomeOf(entry: EntryOf<"outcome">): Outcome {
  const { kind: _, ...outcome } = entry;
  return outcome;
}

export function foldedState(aggregate: string, sequence: number): FoldedState {
  return {
    aggregate,
    sequence,
    aggregator_digest: "a".repeat(64),
    schema,
    state: Buffer.from(`state ${sequence} of ${aggregate}`),
  };
}
