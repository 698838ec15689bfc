// What the log takes on the disk beside what it says: the same commands and events as Avro envelopes with every field.
import { groupsIn } from "../../host/archive/segment.ts";
import { encodeCommand, encodeDispatchedEvent } from "../../host/domain/envelope-codec.ts";
import { Group } from "../../host/journal/group.ts";
import type { JournalEntry } from "../../host/ports/journal.ts";

export type StoredBytes = {
  /** Of the groups as they are stored. */
  readonly log: number;
  /** Of the commands and events in them, as Avro `evento.Command` and `evento.Event`. */
  readonly avro: number;
};

/** @param given.after - the last group that does not count. */
export async function storedBytes(url: string, { after }: { after: number }): Promise<StoredBytes> {
  const answer = await fetch(`${url}/log/groups?after=${after}`);
  if (answer.body === null || !answer.ok) throw new Error(`found ${answer.status} at /log/groups`);
  let log = 0;
  let avro = 0;
  for await (const { number, value } of groupsIn(answer.body)) {
    log += value.length;
    for (const entry of Group.read(number, value).entries()) avro += avroBytesOf(entry);
  }
  return { log, avro };
}

/** Bytes of a command's or an event's envelope; 0 for what else is in the log, which is the host's own matter. */
export function avroBytesOf(entry: JournalEntry): number {
  if (entry.kind === "command") return encodeCommand(entry.command).length;
  // Of a dispatched event the event comes first, and an empty list after it is one byte.
  return entry.kind === "event" ? encodeDispatchedEvent(entry.event, []).length - 1 : 0;
}
