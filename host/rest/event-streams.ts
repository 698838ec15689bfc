// The log as a stream: to its end as NDJSON, or on and on as server-sent events. A client that reads slowly is read for slowly.
import type { Engine } from "../engine/engine.ts";
import type { EventQuery } from "../engine/queries.ts";
import type { EventJson } from "../engine/views.ts";

/** A comment so often while nothing happens, so that a broken connection shows on both sides. */
const heartbeatMs = 15_000;
const eventsPerRead = 200;
/** Text that goes out at once, about. */
const chunkCharsMin = 32 << 10;

export type StreamQuery = EventQuery & { readonly signal: AbortSignal };

/** All events from a position to what is the head now, or the first `limit` of them, a line each. */
export async function* logLines(
  engine: Engine,
  query: StreamQuery & { readonly limit: number | undefined },
): AsyncGenerator<string> {
  const head = engine.head.position;
  let { after } = query;
  let left = query.limit ?? Number.POSITIVE_INFINITY;
  while (after < head && left > 0 && !query.signal.aborted) {
    const limit = Math.min(eventsPerRead, left);
    const { events, scannedTo } = await engine.queries.events({ ...query, after, limit });
    const known = events.filter((event) => event.position <= head);
    yield* inChunks(known, (event) => `${JSON.stringify(event)}\n`);
    if (scannedTo === after) return;
    left -= known.length;
    after = scannedTo;
  }
}

/** Server-sent events from a position on, as they happen. */
export async function* serverSentEvents(engine: Engine, query: StreamQuery): AsyncGenerator<string> {
  yield ": following\n\n";
  const pages = engine.queries.follow(query);
  let next = pages.next();
  try {
    for (;;) {
      const page = await withinHeartbeat(next);
      if (page === undefined) {
        yield ": still here\n\n";
        continue;
      }
      if (page.done === true) return;
      yield* inChunks(page.value.events, serverSentEvent);
      next = pages.next();
    }
  } finally {
    await pages.return(undefined);
  }
}

function serverSentEvent(event: EventJson): string {
  return `id: ${event.position}\nevent: ${event.event_type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** What a promise gives; undefined when it is time for a sign of life before. */
async function withinHeartbeat<Value>(value: Promise<Value>): Promise<Value | undefined> {
  const { promise: beat, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, heartbeatMs, undefined);
  try {
    return await Promise.race([value, beat]);
  } finally {
    clearTimeout(timer);
  }
}

function* inChunks(events: readonly EventJson[], text: (event: EventJson) => string): Generator<string> {
  let chunk = "";
  for (const event of events) {
    chunk += text(event);
    if (chunk.length < chunkCharsMin) continue;
    yield chunk;
    chunk = "";
  }
  if (chunk !== "") yield chunk;
}
