// The log as somebody reads it who has nothing but the disk: every group that was ever durable, its entries flat and in order.
import type { Command, StoredEvent } from "../../host/domain/envelope.ts";
import { Group, storedEvent } from "../../host/journal/group.ts";

import type { CommandStatus, JournalEntry } from "../../host/ports/journal.ts";
import { holds } from "./violation.ts";

export type LoggedEntry = { readonly group: number; readonly entry: JournalEntry };
export type LoggedCommand = {
  readonly command: Command;
  readonly schema: string;
  readonly group: number;
  readonly not_before: number | null;
};

export class LogRecord {
  readonly entries: LoggedEntry[] = [];
  readonly events: StoredEvent[] = [];
  readonly commands = new Map<string, LoggedCommand>();
  readonly streams = new Map<string, StoredEvent[]>();
  #groups: Uint8Array[] = [];

  get groupCount(): number {
    return this.#groups.length;
  }

  /** Takes in what has come since; what was there must be there, byte for byte: the half of I3 that looks back. */
  update(groups: readonly Uint8Array[]): void {
    for (const [index, value] of this.#groups.entries()) {
      const now = groups[index];
      holds(
        now === value || (now !== undefined && Buffer.compare(now, value) === 0),
        "I3",
        () => `group ${index + 1}, which was durable, is ${now === undefined ? "gone" : "another"}`,
      );
    }
    for (let index = this.#groups.length; index < groups.length; index++) {
      const value = groups[index];
      if (value !== undefined) this.#add(index + 1, value);
    }
  }

  /** Where each command stands. @throws Violation of I2 when the log has an entry that can't follow */
  statuses(): ReadonlyMap<string, CommandStatus> {
    const statuses = new Map<string, CommandStatus>();
    for (const { entry, group } of this.entries) {
      const step = stepOf(entry);
      if (step === undefined) continue;
      const status = statuses.get(step.id);
      holds(
        status === step.from,
        "I2",
        () =>
          `group ${group} has the entry ${entry.kind} about the command ${step.id}, which is ${status ?? "unknown"}`,
      );
      statuses.set(step.id, step.to);
    }
    return statuses;
  }

  #add(number: number, value: Uint8Array): void {
    this.#groups.push(value);
    for (const entry of Group.read(number, value).entries()) {
      this.entries.push({ group: number, entry });
      if (entry.kind === "event") this.#addEvent(storedEvent(entry));
      if (entry.kind === "command")
        this.commands.set(entry.command.id, {
          command: entry.command,
          schema: entry.schema,
          group: number,
          not_before: entry.not_before,
        });
    }
  }

  #addEvent(event: StoredEvent): void {
    this.events.push(event);
    const stream = this.streams.get(event.aggregate);
    if (stream === undefined) this.streams.set(event.aggregate, [event]);
    else stream.push(event);
  }
}

function stepOf(entry: JournalEntry): { id: string; from: CommandStatus | undefined; to: CommandStatus } | undefined {
  switch (entry.kind) {
    case "command":
      return { id: entry.command.id, from: undefined, to: "pending" };
    case "outcome":
      return { id: entry.command_id, from: "pending", to: "done" };
    case "attempt":
      return { id: entry.command_id, from: "pending", to: "pending" };
    case "parked":
      return { id: entry.command_id, from: "pending", to: "parked" };
    case "retried":
      return { id: entry.command_id, from: "parked", to: "pending" };
    case "event":
    case "cursor":
    case "cursor-removed":
    case "dispatch-parked":
    case "dispatch-retried":
    case "references":
      return undefined;
  }
}
