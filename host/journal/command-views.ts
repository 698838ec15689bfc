// What the log says of commands: the index has their places, the log has the rest.
import type { StoredEvent } from "../domain/envelope.ts";
import { invariant } from "../errors.ts";
import type { CommandRecord, ReadBounds } from "../ports/journal.ts";
import type { Fatality } from "./fatality.ts";
import type { Groups } from "./groups.ts";
import { storedEvent } from "./group.ts";
import { indexDamaged, type Rows } from "./rows.ts";
import { ReadBudget } from "./read-budget.ts";
import { commandTable, placeOf, statusTable, treeTable, type CommandRow } from "./tables.ts";

export class CommandViews {
  readonly #groups: Groups;
  readonly #rows: Rows;
  readonly #fatality: Fatality;
  readonly #onUnknown: (id: string) => void;

  /** @param given - `onUnknown` is called in the moment that a command is found not to be there. */
  constructor(given: { groups: Groups; rows: Rows; fatality: Fatality; onUnknown: (id: string) => void }) {
    this.#groups = given.groups;
    this.#rows = given.rows;
    this.#fatality = given.fatality;
    this.#onUnknown = given.onUnknown;
  }

  async command(id: string): Promise<CommandRecord | undefined> {
    const row = this.#rows.get(commandTable, id);
    if (row !== undefined) return this.#recordOf(row);
    this.#onUnknown(id);
    return undefined;
  }

  async commandsIn(
    status: "pending" | "parked",
    page: ReadBounds & { after: string },
  ): Promise<readonly CommandRecord[]> {
    const budget = new ReadBudget(page);
    const records: CommandRecord[] = [];
    let { after } = page;
    // A command may leave its status between the look at the list and that at its row, so a page may need another look.
    while (!budget.isSpent) {
      const limit = page.limit - records.length;
      const listed = await this.#rows.range(statusTable, status, { after: after === "" ? undefined : after, limit });
      for (const { order: id } of listed) {
        const record = await this.#listed(String(id));
        if (record.status !== status) continue;
        records.push(record);
        budget.take(payloadBytesOf(record));
        if (budget.isSpent) return records;
      }
      const last = listed.at(-1);
      if (last === undefined || listed.length < limit) break;
      after = String(last.order);
    }
    return records;
  }

  async commandsUnder(rootCause: string, bounds: ReadBounds): Promise<readonly CommandRecord[]> {
    const budget = new ReadBudget(bounds);
    const records: CommandRecord[] = [];
    for (const { row: id } of await this.#rows.range(treeTable, rootCause, { limit: bounds.limit })) {
      const record = await this.#listed(id);
      records.push(record);
      budget.take(payloadBytesOf(record));
      if (budget.isSpent) break;
    }
    return records;
  }

  /** The event at an index of a command's outcome. */
  async eventOf(id: string, index: number): Promise<StoredEvent | undefined> {
    const row = this.#rows.get(commandTable, id);
    if (row?.status !== "done" || row.last === null) return undefined;
    const last = placeOf(row.last);
    const group = await this.#groups.get(last.group);
    const outcome = group.entry(last.slot);
    invariant(outcome.kind === "outcome", `the command ${id} is done by an entry of kind ${outcome.kind}`);
    if (index >= outcome.event_count) return undefined;
    return storedEvent(group.entry(last.slot - outcome.event_count + index));
  }

  /** A command that a list names. LevelDB may lose a row without a word, and then the list tells. */
  async #listed(id: string): Promise<CommandRecord> {
    const record = await this.command(id);
    if (record === undefined) throw this.#fatality.raise(indexDamaged(`found no row of the listed command ${id}`));
    return record;
  }

  async #recordOf(row: CommandRow): Promise<CommandRecord> {
    const place = placeOf(row.accepted);
    const group = await this.#groups.get(place.group);
    const accepted = group.entry(place.slot);
    invariant(accepted.kind === "command", `a command was accepted by an entry of kind ${accepted.kind}`);
    return {
      command: accepted.command,
      ordinal: row.accepted,
      schema: accepted.schema,
      not_before: accepted.not_before,
      status: row.status,
      attempts: row.attempts,
      ...(await this.#lastOf(row.last)),
    };
  }

  async #lastOf(ordinal: number | null): Promise<Pick<CommandRecord, "last_error" | "outcome" | "events">> {
    if (ordinal === null) return { last_error: null, outcome: null, events: [] };
    const last = placeOf(ordinal);
    const group = await this.#groups.get(last.group);
    const entry = group.entry(last.slot);
    if (entry.kind === "attempt" || entry.kind === "parked")
      return { last_error: entry.reason, outcome: null, events: [] };
    invariant(entry.kind === "outcome", `a command's last entry is of kind ${entry.kind}`);
    const { kind: _, ...outcome } = entry;
    const first = last.slot - outcome.event_count;
    const events = Array.from({ length: outcome.event_count }, (_, index) => storedEvent(group.entry(first + index)));
    return { last_error: null, outcome, events };
  }
}

/** Bytes of the payloads of a command and of its events. */
function payloadBytesOf({ command, events }: Pick<CommandRecord, "command" | "events">): number {
  return events.reduce((sum, { payload }) => sum + payload.length, command.payload.length);
}
