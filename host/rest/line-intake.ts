// Taking in one line of many: it may need what the lines before it make, or the room that they take.
import { setTimeout as delay } from "node:timers/promises";

import { EventoError } from "../errors.ts";
import type { Earlier } from "./ndjson-answer.ts";

/** Tries of a line that finds no room, and the wait between them when others than its own request take the room. */
const roomTriesMax = 100;
const roomWaitMs = 50;

const noRoomCodes: ReadonlySet<string> = new Set(["MAILBOX_FULL", "HOST_OVERLOADED"]);

/** Takes a line in; when that fails for what earlier lines of the request may change, waits for them and tries again. */
export async function takeInTurn<Taken>(take: () => Promise<Taken>, earlier: Earlier): Promise<Taken> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await take();
    } catch (error) {
      if (!(error instanceof EventoError)) throw error;
      const mayComeToBe = error.code === "ENTITY_UNKNOWN" && attempt === 1 && earlier.count > 0;
      const mayFindRoom = noRoomCodes.has(error.code) && attempt < roomTriesMax;
      if (!mayComeToBe && !mayFindRoom) throw error;
      if (earlier.count > 0) await earlier.settled();
      if (mayFindRoom && attempt > 1) await delay(roomWaitMs);
    }
  }
}
