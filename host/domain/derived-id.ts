// Ids that are functions of their cause, so that a retry after a crash makes the same ids and never a second effect.
import { hash } from "node:crypto";

/** `!` is outside the grammar of ids that clients choose, so a derived id never meets a chosen one. */
const separator = "!";

/** Id of the event at `index` (from 0) of a command's outcome: `<command id>!<index>`. */
export function eventIdOf(commandId: string, index: number): string {
  return `${commandId}${separator}${index}`;
}

/** The command and index that an event id was derived from, or undefined for an id that an outside call chose. */
export function commandOfEventId(eventId: string): { commandId: string; index: number } | undefined {
  const at = eventId.lastIndexOf(separator);
  if (at < 1) return undefined;
  const index = Number(eventId.slice(at + 1));
  return Number.isSafeInteger(index) && index >= 0 ? { commandId: eventId.slice(0, at), index } : undefined;
}

/**
 * Id of the command at `index` (from 0) that a dispatcher made of an event: 128 bits of a SHA-256 in base64url, so that ids
 * do not grow along a chain of causes.
 */
export function dispatchedCommandIdOf(dispatcher: string, eventId: string, index: number): string {
  return hash("sha256", `${dispatcher}\n${eventId}\n${index}`, "base64url").slice(0, 22);
}

const chosenPattern = /^[A-Za-z0-9._~:@=+-]{1,128}$/;

/** Tells whether a client may choose this text as the id of a command or an outside event. */
export function isChosenId(text: string): boolean {
  return chosenPattern.test(text) && text !== "." && text !== "..";
}
