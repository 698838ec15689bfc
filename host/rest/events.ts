// /events: post from outside, page, stream, follow.
import { Readable } from "node:stream";

import type { Context } from "koa";

import type { Engine } from "../engine/engine.ts";
import { EventoError } from "../errors.ts";
import type { EventFilter } from "../ports/journal.ts";
import { eventPostOf } from "./drafts.ts";
import { takeInTurn } from "./line-intake.ts";
import { answerNdjson, type Begun, type Earlier } from "./ndjson-answer.ts";
import { textOf, type Line } from "./ndjson-lines.ts";
import type { ProblemReport } from "./problem-report.ts";
import { QueryParameters } from "./query-parameters.ts";
import { parseJson, readJson, requireMediaType } from "./request-body.ts";
import { answer, listOf, named, pageParameters, type Route } from "./route.ts";

const heartbeatMs = 15_000;
const filters = ["aggregate", "aggregate_type", "event_type", "entity"] as const;
const types = { json: "application/json", ndjson: "application/x-ndjson", sse: "text/event-stream" } as const;

export type EventRoutesContext = {
  readonly engine: Engine;
  readonly report: ProblemReport;
  /** Aborts when the host shuts down: who follows is let go. */
  readonly closing: AbortSignal;
};

export function eventRoutes(context: EventRoutesContext): readonly Route[] {
  const { engine } = context;
  return [
    {
      method: "post",
      path: "/events",
      summary: "Post an event from outside",
      description:
        "It is appended to its aggregate, folded, dispatched and published. The same id and content again answers the first event.",
      parameters: [
        {
          name: "Idempotency-Key",
          in: "header",
          description: "the event's id, in place of `id` in the body",
          schema: { type: "string" },
        },
      ],
      body: { [types.json]: named("EventPost"), [types.ndjson]: named("EventPost") },
      answers: {
        "200": {
          description: "As NDJSON: one line an event.",
          content: { [types.ndjson]: { type: "object", properties: { event: named("Event") } } },
        },
        "201": {
          description: "The event.",
          content: { [types.json]: { type: "object", required: ["event"], properties: { event: named("Event") } } },
        },
      },
      handle: (ctx) => post(ctx, context),
    },
    {
      method: "get",
      path: "/events",
      summary: "The log in order: a page, the whole as NDJSON, or live as server-sent events",
      parameters: [
        ...pageParameters("position"),
        ...filters.map((name) => ({
          name,
          in: "query" as const,
          description: `only this ${name}`,
          schema: { type: "string" },
        })),
        { name: "Accept", in: "header", description: Object.values(types).join(", "), schema: { type: "string" } },
        {
          name: "Last-Event-ID",
          in: "header",
          description: "go on after this position, when following",
          schema: { type: "string" },
        },
      ],
      answers: {
        "200": {
          description: "Events in the order of their positions. `next` is what `after` has to be for the next page.",
          content: {
            [types.json]: {
              type: "object",
              required: ["events", "next"],
              properties: { events: listOf("Event"), next: { type: "integer" } },
            },
            [types.ndjson]: named("Event"),
            [types.sse]: { type: "string" },
          },
        },
      },
      handle: (ctx) => list(ctx, context),
    },
    {
      method: "get",
      path: "/events/:id",
      summary: "One event",
      parameters: [
        { name: "id", in: "path", required: true, description: "the event's id", schema: { type: "string" } },
      ],
      answers: { "200": { description: "The event.", content: { [types.json]: named("Event") } } },
      async handle(ctx, { id = "" }) {
        answer(ctx, 200, await engine.queries.event(id));
      },
    },
  ];
}

async function post(ctx: Context, context: EventRoutesContext): Promise<void> {
  if (requireMediaType(ctx.req, [types.json, types.ndjson]) === types.ndjson) {
    answerNdjson(ctx, context.closing, (line, earlier) => begin(line, earlier, context));
    return;
  }
  const draft = eventPostOf(await readJson(ctx.req), ctx.req);
  const event = await (await context.engine.postEvent(draft)).outcome();
  ctx.set("Location", `/events/${encodeURIComponent(event.id)}`);
  answer(ctx, 201, { event });
}

async function begin(line: Line, earlier: Earlier, { engine, report }: EventRoutesContext): Promise<Begun> {
  const refused = (error: unknown): string => JSON.stringify({ ...report.of(error), line: line.number });
  try {
    const draft = eventPostOf(parseJson(textOf(line)));
    const posted = await takeInTurn(() => engine.postEvent(draft), earlier);
    return { outcome: posted.outcome().then((event) => JSON.stringify({ event }), refused) };
  } catch (error) {
    return { outcome: Promise.resolve(refused(error)) };
  }
}

async function list(ctx: Context, context: EventRoutesContext): Promise<void> {
  const query = new QueryParameters(new URLSearchParams(ctx.querystring), ["after", "limit", ...filters]);
  const filter: EventFilter = Object.fromEntries(
    filters.flatMap((name) => {
      const value = query.text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const after = query.count("after") ?? 0;
  const type = ctx.accepts(types.json, types.ndjson, types.sse);
  ctx.vary("Accept");
  if (type === types.json) {
    const limit = query.limit();
    const { events, scannedTo } = await context.engine.queries.events({ after, limit, filter });
    answer(ctx, 200, { events, next: scannedTo });
    return;
  }
  if (type !== types.ndjson && type !== types.sse)
    throw new EventoError(
      "NOT_ACCEPTABLE",
      `found Accept ${JSON.stringify(ctx.get("accept").slice(0, 200))}, expected one of ${Object.values(types).join(", ")}`,
    );
  const ended = new AbortController();
  const end = (): void => ended.abort();
  ctx.res.once("close", end);
  context.closing.addEventListener("abort", end, { once: true });
  ctx.status = 200;
  ctx.type = type;
  ctx.set("Cache-Control", "no-store");
  const source =
    type === types.ndjson
      ? wholeLog(context.engine, { after, filter, signal: ended.signal })
      : follow(context.engine, { after: lastEventIdOf(ctx) ?? after, filter, signal: ended.signal });
  ctx.body = Readable.from(source, { objectMode: false });
  ctx.res.once("close", () => context.closing.removeEventListener("abort", end));
}

/** @throws EventoError HEADER_INVALID */
function lastEventIdOf(ctx: Context): number | undefined {
  const text = ctx.get("last-event-id");
  if (text === "") return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new EventoError(
    "HEADER_INVALID",
    `found Last-Event-ID ${JSON.stringify(text.slice(0, 100))}, expected a position`,
  );
}

/** All events from a position to what is the head now, a page of lines at a time. */
async function* wholeLog(
  engine: Engine,
  query: { after: number; filter: EventFilter; signal: AbortSignal },
): AsyncGenerator<string> {
  const head = engine.head.position;
  let { after } = query;
  while (after < head && !query.signal.aborted) {
    const { events, scannedTo } = await engine.queries.events({ after, limit: 500, filter: query.filter });
    const lines = events.filter((event) => event.position <= head).map((event) => `${JSON.stringify(event)}\n`);
    if (lines.length > 0) yield lines.join("");
    if (scannedTo === after) return;
    after = scannedTo;
  }
}

/** Server-sent events from a position on, and a comment now and then, so that a broken connection shows. */
async function* follow(
  engine: Engine,
  query: { after: number; filter: EventFilter; signal: AbortSignal },
): AsyncGenerator<string> {
  yield ": following\n\n";
  const pages = engine.queries.follow(query);
  let next = pages.next();
  try {
    for (;;) {
      const { promise: beat, resolve } = Promise.withResolvers<"beat">();
      const timer = setTimeout(resolve, heartbeatMs, "beat");
      const result = await Promise.race([next, beat]).finally(() => clearTimeout(timer));
      if (result === "beat") {
        yield ": still here\n\n";
        continue;
      }
      if (result.done === true) return;
      yield result.value.events
        .map((event) => `id: ${event.position}\nevent: ${event.event_type}\ndata: ${JSON.stringify(event)}\n\n`)
        .join("");
      next = pages.next();
    }
  } finally {
    await pages.return(undefined);
  }
}
