// Which events have an id that follows from their cause: it is stored neither in the log nor in the index.
import { eventIdOf } from "../domain/derived-id.ts";
import type { Event } from "../domain/envelope.ts";

const separator = eventIdOf("", 0).charAt(0);

/** The index of an event in its command's outcome, as its id says; -1 for an id of its own. */
export function derivedIndexOf({ id, cause }: Event): number {
  const at = cause.id.length;
  // Asked three times for each event, so without making a text of the whole id.
  if (cause.kind !== "command" || id.charAt(at) !== separator || !id.startsWith(cause.id)) return -1;
  const text = id.slice(at + 1);
  const index = Number(text);
  return Number.isSafeInteger(index) && String(index) === text ? index : -1;
}
