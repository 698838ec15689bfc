// From a group of the log to changes of the index: the only place that says what the index holds. Run after a group is durable,
// at start for what the index has not seen, and over the whole log by a reindex.
import { commandOfEventId } from "../domain/derived-id.ts";
import { invariant } from "../errors.ts";
import type { JournalEntry } from "../ports/journal.ts";
import { decodeEntry } from "./entry-codec.ts";
import type { Group } from "./group-codec.ts";
import {
  decodeCommandRow,
  encodeCommandRow,
  encodeNumber,
  encodePlace,
  encodeText,
  type CommandRow,
  type Place,
} from "./row-codec.ts";
import * as keys from "./row-keys.ts";
import type { RowChange, Rows } from "./rows.ts";

const present = new Uint8Array(0);

/** Order of a place in the log, as one number: fewer than 2^20 entries a group. */
export function ordinalOf({ group, slot }: Place): number {
  return group * 2 ** 20 + slot;
}

/** The entries of a stored group, decoded in order. */
export function entriesOf(group: Group): JournalEntry[] {
  let position = group.firstPosition;
  return Array.from({ length: group.entryCount }, (_, slot) => {
    const entry = decodeEntry(group.entry(slot), position);
    if (entry.kind === "event") position++;
    return entry;
  });
}

/**
 * Applies a group's entries to the index.
 *
 * @param entries - those of the group, events with their positions.
 */
export function project(
  rows: Rows,
  group: { readonly number: number; readonly firstPosition: number },
  entries: readonly JournalEntry[],
): void {
  const projection = new Projection(rows, group.number);
  let events = 0;
  for (const [slot, entry] of entries.entries()) {
    projection.entry(entry, slot);
    if (entry.kind === "event") events++;
  }
  if (events > 0) projection.put(keys.positionKey(group.firstPosition), encodeNumber(group.number));
  projection.end();
}

class Projection {
  readonly #rows: Rows;
  readonly #group: number;
  readonly #changes: RowChange[] = [];
  /** Commands that this group is about, written once at its end. */
  readonly #commands = new Map<string, { row: CommandRow; listed: "pending" | "parked" | undefined }>();

  constructor(rows: Rows, group: number) {
    this.#rows = rows;
    this.#group = group;
  }

  put(key: Uint8Array, value: Uint8Array | null): void {
    this.#changes.push({ key, value });
  }

  end(): void {
    for (const [id, { row, listed }] of this.#commands) {
      this.put(keys.commandKey(id), encodeCommandRow(row));
      const lists = row.status === "done" ? undefined : row.status;
      if (lists === listed) continue;
      if (listed !== undefined) this.put(keys.statusKey(listed, id), null);
      if (lists !== undefined) this.put(keys.statusKey(lists, id), present);
    }
    this.#rows.change(this.#changes);
  }

  entry(entry: JournalEntry, slot: number): void {
    const place = { group: this.#group, slot };
    switch (entry.kind) {
      case "command":
        this.#commands.set(entry.command.id, {
          row: { status: "pending", attempts: 0, accepted: place, last: null },
          listed: undefined,
        });
        if (entry.command.depth > 0)
          this.put(keys.treeKey(entry.command.root_cause, ordinalOf(place)), Buffer.from(entry.command.id));
        break;
      case "event":
        this.#event(entry.event, place);
        break;
      case "outcome":
        this.#command(entry.command_id, (row) => ({
          ...row,
          status: "done",
          attempts: entry.attempt - 1,
          last: place,
        }));
        break;
      case "attempt":
        this.#command(entry.command_id, (row) => ({ ...row, attempts: entry.attempt, last: place }));
        break;
      case "parked":
        this.#command(entry.command_id, (row) => ({ ...row, status: "parked", attempts: entry.attempts, last: place }));
        break;
      case "retried":
        this.#command(entry.command_id, (row) => ({ ...row, status: "pending", attempts: 0 }));
        break;
      case "cursor":
        this.put(keys.cursorKey(entry.dispatcher), encodeNumber(entry.position));
        break;
      case "cursor-removed":
        this.put(keys.cursorKey(entry.dispatcher), null);
        break;
      case "dispatch-parked":
        this.put(keys.parkedDispatchKey(entry.dispatcher, entry.position), encodeText(entry.reason));
        break;
      case "dispatch-retried":
        this.put(keys.parkedDispatchKey(entry.dispatcher, entry.position), null);
        break;
      case "references":
        for (const entity of entry.added) this.put(keys.referrerKey(entity, entry.aggregate), present);
        for (const entity of entry.removed) this.put(keys.referrerKey(entity, entry.aggregate), null);
        break;
    }
  }

  #event(event: Extract<JournalEntry, { kind: "event" }>["event"], place: Place): void {
    this.put(keys.streamKey(event.aggregate, event.sequence), encodePlace(place));
    // An id that was derived from a command is found through the command.
    if (commandOfEventId(event.id) === undefined) this.put(keys.eventIdKey(event.id), encodePlace(place));
    if (event.sequence === 1) this.put(keys.aggregateKey(event.aggregate_type, event.aggregate), present);
    // The first event about an entity decides; later ones are of the same aggregate, so writing again changes nothing.
    if (event.entity !== event.aggregate) this.put(keys.memberKey(event.entity), Buffer.from(event.aggregate));
  }

  #command(id: string, change: (row: CommandRow) => CommandRow): void {
    const known = this.#commands.get(id);
    if (known !== undefined) {
      this.#commands.set(id, { ...known, row: change(known.row) });
      return;
    }
    const value = this.#rows.get(keys.commandKey(id));
    invariant(value !== undefined, `the log has an entry about the command ${id}, which it never accepted`);
    const row = decodeCommandRow(value);
    this.#commands.set(id, { row: change(row), listed: row.status === "done" ? undefined : row.status });
  }
}
