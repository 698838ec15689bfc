// /events: post from outside, page, stream, follow.
import { Readable } from "node:stream";

import type { Context } from "koa";

import type { Caller } from "../access/caller.ts";
import type { Engine, PostedEvent } from "../engine/engine.ts";
import { eventUnknown, type EventQuery } from "../engine/queries.ts";
import type { EventJson } from "../engine/views.ts";
import { callOf } from "../domain/trace-context.ts";
import { EventoError } from "../errors.ts";
import { streamBytesMax } from "../limits.ts";
import type { EventFilter } from "../ports/journal.ts";
import { eventPostOf, requireScope } from "./drafts.ts";
import { logLines, serverSentEvents } from "./event-streams.ts";
import { takeInTurn } from "./line-intake.ts";
import { answerNdjson, type Begun, type Earlier } from "./ndjson-answer.ts";
import { bytesOf, type Line } from "./ndjson-lines.ts";
import type { OutcomeWaits } from "./outcome-waits.ts";
import type { ProblemReport } from "./problem-report.ts";
import type { QueryParameters } from "./query-parameters.ts";
import { parseJson, readJson, requireMediaType } from "./request-body.ts";
import { answer, linkNext, listOf, named, pageParameters, traceparent, type Route } from "./route.ts";

const filters = ["aggregate", "aggregate_type", "event_type", "entity"] as const;
const types = { json: "application/json", ndjson: "application/x-ndjson", sse: "text/event-stream" } as const;

export type EventRoutesContext = {
  readonly engine: Engine;
  readonly report: ProblemReport;
  readonly waits: OutcomeWaits;
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
      access: ["events"],
      parameters: [
        {
          name: "Idempotency-Key",
          in: "header",
          description: "the event's id, in place of `id` in the body",
          schema: { type: "string" },
        },
        traceparent,
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
      handle: (ctx, _, __, caller) => post(ctx, caller, context),
    },
    {
      method: "get",
      path: "/events",
      summary: "The log in order: a page, the whole as NDJSON, or live as server-sent events",
      description: "A token for some types of aggregates sees their events and no others.",
      access: ["read"],
      gathers: true,
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
      handle: (ctx, _, query, caller) => list(ctx, query, { ...context, caller }),
    },
    {
      method: "get",
      path: "/events/:id",
      summary: "One event",
      access: ["read"],
      parameters: [
        { name: "id", in: "path", required: true, description: "the event's id", schema: { type: "string" } },
      ],
      answers: { "200": { description: "The event.", content: { [types.json]: named("Event") } } },
      async handle(ctx, { id = "" }, _, caller) {
        const event = await engine.queries.event(id);
        if (!caller.may("read", event.aggregate_type)) {
          // What may not be read looks like what is not there.
          caller.refused(`read:${event.aggregate_type}`);
          throw eventUnknown(id);
        }
        answer(ctx, 200, event);
      },
    },
  ];
}

type CallContext = EventRoutesContext & { readonly caller: Caller };

async function post(ctx: Context, caller: Caller, context: EventRoutesContext): Promise<void> {
  if (requireMediaType(ctx.req, [types.json, types.ndjson]) === types.ndjson) {
    const call = callOf(ctx.req.headers["traceparent"]);
    answerNdjson(ctx, context.closing, (line, earlier) => begin(line, earlier, { ...context, caller, call }));
    return;
  }
  const draft = eventPostOf(await readJson(ctx.req), ctx.req);
  requireScope(caller, "events", { draft, engine: context.engine });
  const event = await appended(await context.engine.postEvent(draft), context.waits);
  ctx.set("Location", `/events/${encodeURIComponent(event.id)}`);
  answer(ctx, 201, { event });
}

async function begin(
  line: Line,
  earlier: Earlier,
  context: CallContext & { readonly call: string | undefined },
): Promise<Begun> {
  const { engine, report, waits, caller, call } = context;
  const refused = (error: unknown): string => JSON.stringify({ ...report.of(error), line: line.number });
  try {
    const draft = { ...eventPostOf(parseJson(bytesOf(line))), call };
    requireScope(caller, "events", { draft, engine });
    const posted = await takeInTurn(() => engine.postEvent(draft), earlier);
    return { outcome: appended(posted, waits).then((event) => JSON.stringify({ event }), refused) };
  } catch (error) {
    return { outcome: Promise.resolve(refused(error)) };
  }
}

/** Waits until an event is in the log. @throws EventoError EVENT_NOT_FOLDED; SHUTTING_DOWN when it had no turn before the host's end */
async function appended(posted: PostedEvent, waits: OutcomeWaits): Promise<EventJson> {
  const event = await waits.firstOf(posted.outcome(), undefined);
  if (event !== undefined) return event;
  throw new EventoError("SHUTTING_DOWN", "found the host shutting down before the event's turn came", {
    retryable: true,
    hint: "try again when it is back: nothing was appended",
  });
}

async function list(ctx: Context, query: QueryParameters, context: CallContext): Promise<void> {
  const filter: EventFilter = Object.fromEntries(
    filters.flatMap((name) => {
      const value = query.text(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const { caller } = context;
  if (filter.aggregate_type !== undefined) caller.require("read", filter.aggregate_type);
  const sees = (aggregateType: string): boolean => caller.may("read", aggregateType);
  const after = query.count("after") ?? 0;
  ctx.vary("Accept");
  switch (ctx.accepts(types.json, types.ndjson, types.sse)) {
    case types.json:
      await page(ctx, { after, limit: query.limit(), filter, sees }, context);
      return;
    case types.ndjson: {
      const limit = query.count("limit");
      stream(ctx, types.ndjson, context, (signal) =>
        logLines(context.engine, { after, limit, filter, sees, signal, bytesMax: streamBytesMax }),
      );
      return;
    }
    case types.sse: {
      query.requireAbsent("limit", "following has no end");
      const from = lastEventIdOf(ctx) ?? after;
      stream(ctx, types.sse, context, (signal) =>
        serverSentEvents(context.engine, { after: from, filter, sees, signal, bytesMax: streamBytesMax }),
      );
      return;
    }
    case false:
    default:
      throw new EventoError(
        "NOT_ACCEPTABLE",
        `found the header Accept ${JSON.stringify(ctx.get("accept").slice(0, 200))}, expected one of ${Object.values(types).join(", ")}`,
      );
  }
}

async function page(
  ctx: Context,
  query: EventQuery & { readonly limit: number },
  { engine }: EventRoutesContext,
): Promise<void> {
  const { events, scannedTo } = await engine.queries.events(query);
  linkNext(ctx, scannedTo > query.after ? scannedTo : null);
  answer(ctx, 200, { events, next: scannedTo });
}

/** Answers a stream that ends with the client, or when the host closes. */
function stream(
  ctx: Context,
  type: string,
  { closing, caller }: CallContext,
  source: (signal: AbortSignal) => AsyncGenerator<string>,
): void {
  const ended = new AbortController();
  const end = (): void => {
    ended.abort();
    closing.removeEventListener("abort", end);
  };
  ctx.res.once("close", end);
  closing.addEventListener("abort", end);
  if (closing.aborted) end();
  ctx.status = 200;
  ctx.type = type;
  ctx.set("Cache-Control", "no-store");
  ctx.body = Readable.from(whileAdmitted(source(ended.signal), caller), { objectMode: false });
}

/** Nothing goes out under a token that was revoked or has expired since the stream began. */
async function* whileAdmitted(texts: AsyncGenerator<string>, caller: Caller): AsyncGenerator<string> {
  for await (const text of texts) {
    if (!caller.isAdmitted) return;
    yield text;
  }
}

/** @throws EventoError HEADER_INVALID */
function lastEventIdOf(ctx: Context): number | undefined {
  const text = ctx.get("last-event-id");
  if (text === "") return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new EventoError(
    "HEADER_INVALID",
    `found the header Last-Event-ID ${JSON.stringify(text.slice(0, 100))}, expected a position`,
  );
}
