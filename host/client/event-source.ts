// Server-sent events: follows the log across broken connections, from the position after the last event seen.
import { setTimeout as sleep } from "node:timers/promises";

import { EventoError } from "../errors.ts";
import { unreachableCode, type HostClient, type Query } from "./host-client.ts";

const reconnectDelayMsMin = 250;
const reconnectDelayMsMax = 5_000;
/** A host lets four heartbeats come in this time. */
export const silenceMsMax = 60_000;

export type Following = {
  /** Position to start after; without one, the end of the log. */
  readonly after: number | undefined;
  readonly filter: Query;
  readonly onBreak: (reason: string) => void;
  readonly signal?: AbortSignal;
};

/**
 * The log's events as they happen, each as JSON text, without a gap and without a repeat.
 *
 * @throws EventoError HOST_UNREACHABLE when the first connection fails; later ones are tried again for ever.
 */
export async function* followEvents(client: HostClient, following: Following): AsyncGenerator<string> {
  const { signal } = following;
  let after: string | number | undefined = following.after ?? (await endOf(client));
  let delayMs = 0;
  let wasConnected = false;
  for (;;) {
    try {
      const lines = client.lines({
        method: "GET",
        path: ["events"],
        query: { ...following.filter, after },
        headers: { accept: "text/event-stream" },
        silenceMs: silenceMsMax,
        ...(signal === undefined ? {} : { signal }),
      });
      for await (const message of messagesOf(lines)) {
        wasConnected = true;
        delayMs = 0;
        if (message.id !== "") after = message.id;
        if (message.data !== "") yield message.data;
      }
      following.onBreak("the host ended it");
    } catch (error) {
      signal?.throwIfAborted();
      if (!wasConnected || !(error instanceof EventoError) || error.code !== unreachableCode) throw error;
      if (delayMs === 0) following.onBreak(error.message);
    }
    wasConnected = true;
    delayMs = Math.min(reconnectDelayMsMax, Math.max(reconnectDelayMsMin, delayMs * 2));
    await sleep(delayMs, undefined, { signal });
  }
}

/** The position of the log's end, as the metrics say it; 0 when they don't: then more is read than was asked for, and nothing missed. */
async function endOf(client: HostClient): Promise<number> {
  for await (const line of client.lines({ method: "GET", path: ["metrics"] })) {
    const position = /^evento_journal_position (\d+)/.exec(line)?.[1];
    if (position !== undefined) return Number(position);
  }
  return 0;
}

type Message = { readonly id: string; readonly data: string };

/** @see HTML standard, "Server-sent events", for the fields; a line that starts with a colon is a heartbeat. */
async function* messagesOf(lines: AsyncIterable<string>): AsyncGenerator<Message> {
  let id = "";
  let data: string[] = [];
  for await (const line of lines) {
    if (line === "") {
      if (data.length > 0) yield { id, data: data.join("\n") };
      data = [];
      continue;
    }
    const [, name = "", value = ""] = /^([^:]*): ?(.*)$/.exec(line) ?? [];
    if (name === "id") id = value;
    if (name === "data") data.push(value);
  }
}
