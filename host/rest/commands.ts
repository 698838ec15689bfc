// /commands: post, ask, retry.
import { Readable } from "node:stream";
import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

import type { Context } from "koa";

import type { Engine, Posted } from "../engine/engine.ts";
import type { CommandPost } from "../engine/intake.ts";
import type { CommandView } from "../engine/views.ts";
import { EventoError } from "../errors.ts";
import { answerLines, linesOf, textOf, type Begun, type Earlier, type Line } from "./ndjson.ts";
import type { ProblemReport } from "./problem-report.ts";
import { QueryParameters } from "./query-parameters.ts";
import {
  endWhenIdle,
  fieldsOf,
  optionalCount,
  optionalText,
  parseJson,
  readJson,
  requireMediaType,
  requiredText,
} from "./request-body.ts";
import { answer, listOf, named, pageParameters, type Route } from "./route.ts";

const waitMsMax = 60_000;
/** Tries of a line that finds no room, and the wait between them when nothing of the same request is under way. */
const roomTriesMax = 100;
const roomWaitMs = 50;

export type CommandRoutesContext = {
  readonly engine: Engine;
  /** Wait for an outcome when the client does not say. */
  readonly waitMs: number;
  readonly report: ProblemReport;
};

export function commandRoutes(context: CommandRoutesContext): readonly Route[] {
  const { engine } = context;
  return [
    {
      method: "post",
      path: "/commands",
      summary: "Post a command and wait for its outcome",
      description:
        "The outcome is always an event: a business refusal is a 200 too. As application/x-ndjson many commands in one request, one answer line each, in order, as they end.",
      parameters: [
        {
          name: "Idempotency-Key",
          in: "header",
          description: "the command's id, in place of `id` in the body",
          schema: { type: "string" },
        },
        {
          name: "Prefer",
          in: "header",
          description: "`wait=N` seconds for the outcome, or `respond-async`",
          schema: { type: "string" },
        },
      ],
      body: { "application/json": named("CommandPost"), "application/x-ndjson": named("CommandPost") },
      answers: {
        "200": {
          description: "Done; as NDJSON one line a command.",
          content: { "application/json": named("CommandView"), "application/x-ndjson": named("CommandView") },
        },
        "202": {
          description: "On disk, and not done within the wait, or parked: see `status`.",
          content: { "application/json": named("CommandView") },
        },
      },
      handle: (ctx) => post(ctx, context),
    },
    {
      method: "get",
      path: "/commands",
      summary: "List commands that are parked or pending",
      parameters: [
        { name: "status", in: "query", required: true, description: "which", schema: { enum: ["parked", "pending"] } },
        ...pageParameters("id"),
      ],
      answers: {
        "200": {
          description: "Commands in the order of their ids.",
          content: {
            "application/json": {
              type: "object",
              required: ["commands", "next"],
              properties: { commands: listOf("CommandView"), next: { type: ["string", "null"] } },
            },
          },
        },
      },
      async handle(ctx) {
        const query = new QueryParameters(new URLSearchParams(ctx.querystring), ["status", "after", "limit"]);
        const status = query.requiredText("status");
        if (status !== "parked" && status !== "pending")
          throw new EventoError(
            "QUERY_INVALID",
            `found the query parameter status ${JSON.stringify(status.slice(0, 100))}, expected parked or pending`,
          );
        const limit = query.limit();
        const commands = await engine.queries.commandsIn(status, { after: query.text("after") ?? "", limit });
        answer(ctx, 200, { commands, next: commands.length === limit ? (commands.at(-1)?.command.id ?? null) : null });
      },
    },
    {
      method: "get",
      path: "/commands/:id",
      summary: "One command and what became of it",
      parameters: [commandId],
      answers: { "200": { description: "The command.", content: { "application/json": named("CommandView") } } },
      async handle(ctx, { id = "" }) {
        answer(ctx, 200, await engine.queries.command(id));
      },
    },
    {
      method: "post",
      path: "/commands/:id/retry",
      summary: "Make a parked command pending again",
      parameters: [
        commandId,
        { name: "Prefer", in: "header", description: "as for a post", schema: { type: "string" } },
      ],
      answers: {
        "200": { description: "Done.", content: { "application/json": named("CommandView") } },
        "202": { description: "Pending, or parked again.", content: { "application/json": named("CommandView") } },
      },
      async handle(ctx, { id = "" }) {
        await answerPosted(ctx, context, await engine.retry(id));
      },
    },
  ];
}

const commandId = {
  name: "id",
  in: "path",
  required: true,
  description: "the command's id",
  schema: { type: "string" },
} as const;

async function post(ctx: Context, context: CommandRoutesContext): Promise<void> {
  if (requireMediaType(ctx.req, ["application/json", "application/x-ndjson"]) === "application/x-ndjson") {
    ctx.status = 200;
    ctx.type = "application/x-ndjson";
    endWhenIdle(ctx.req);
    const lines = answerLines(linesOf(ctx.req), (line, earlier) => begin(line, earlier, context));
    ctx.body = Readable.from(lines, { objectMode: false });
    return;
  }
  const posted = await context.engine.post(commandPostOf(await readJson(ctx.req), ctx.req));
  await answerPosted(ctx, context, posted);
}

/** Waits as long as the client wants to, and answers what there is then. */
async function answerPosted(ctx: Context, { engine, waitMs }: CommandRoutesContext, posted: Posted): Promise<void> {
  const preference = preferenceOf(ctx.req);
  const wait = preference?.kind === "wait" ? preference.ms : waitMs;
  if (preference !== undefined) ctx.set("Preference-Applied", preference.applied);
  const view = preference?.kind === "async" ? undefined : await outcomeWithin(posted, wait);
  if (view?.status === "done") {
    answer(ctx, 200, view);
    return;
  }
  await posted.durable;
  ctx.set("Location", `/commands/${encodeURIComponent(posted.id)}`);
  answer(ctx, 202, view ?? (await engine.queries.command(posted.id)));
}

async function outcomeWithin(posted: Posted, waitMs: number): Promise<CommandView | undefined> {
  const { promise: expired, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, waitMs, undefined);
  try {
    return await Promise.race([posted.outcome(), expired]);
  } finally {
    clearTimeout(timer);
  }
}

/** Takes a line in, and answers how it will end. */
async function begin(line: Line, earlier: Earlier, { engine, report }: CommandRoutesContext): Promise<Begun> {
  const refused = (error: unknown): string => JSON.stringify({ ...report.of(error), line: line.number });
  try {
    const posted = await postInTurn(engine, commandPostOf(parseJson(textOf(line))), earlier);
    return { text: posted.outcome().then((view) => JSON.stringify(view), refused) };
  } catch (error) {
    return { text: Promise.resolve(refused(error)) };
  }
}

/** A line may need what the lines before it do: an entity that they make, or room that they take. */
async function postInTurn(engine: Engine, post: CommandPost, earlier: Earlier): Promise<Posted> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await engine.post(post);
    } catch (error) {
      if (!(error instanceof EventoError)) throw error;
      const unknown = error.code === "ENTITY_UNKNOWN" && attempt === 1;
      const noRoom = (error.code === "MAILBOX_FULL" || error.code === "HOST_OVERLOADED") && attempt < roomTriesMax;
      if (!unknown && !noRoom) throw error;
      await earlier.settled();
      if (noRoom && attempt > 1) await delay(roomWaitMs);
    }
  }
}

/** The draft in a JSON value; an id may come in a header too. */
function commandPostOf(value: unknown, request?: IncomingMessage): CommandPost {
  const fields = fieldsOf(value, {
    required: ["entity", "command_type"],
    optional: ["payload", "id", "expected_sequence"],
  });
  return {
    id: idOf(optionalText(fields, "id"), request),
    entity: requiredText(fields, "entity"),
    command_type: requiredText(fields, "command_type"),
    payload: fields["payload"] ?? {},
    expected_sequence: optionalCount(fields, "expected_sequence"),
  };
}

/** An id from the body or the header `Idempotency-Key`, which may be quoted. @throws EventoError HEADER_INVALID when they differ */
export function idOf(id: string | undefined, request: IncomingMessage | undefined): string | undefined {
  const header = request?.headers["idempotency-key"];
  if (typeof header !== "string") return id;
  const key = /^"(.*)"$/.exec(header)?.[1] ?? header;
  if (id !== undefined && id !== key)
    throw new EventoError(
      "HEADER_INVALID",
      `found Idempotency-Key ${JSON.stringify(key.slice(0, 200))} and another id in the body, expected one of them or both the same`,
    );
  return key;
}

type Preference = { readonly applied: string } & (
  | { readonly kind: "async" }
  | { readonly kind: "wait"; readonly ms: number }
);

/** RFC 7240: what is not understood is passed over. */
function preferenceOf(request: IncomingMessage): Preference | undefined {
  const header = request.headers["prefer"];
  const tokens = (Array.isArray(header) ? header.join(",") : (header ?? ""))
    .split(",")
    .map((token) => token.trim().toLowerCase());
  if (tokens.includes("respond-async")) return { kind: "async", applied: "respond-async" };
  for (const token of tokens) {
    const seconds = /^wait\s*=\s*"?(\d{1,6}(?:\.\d{1,3})?)"?$/.exec(token)?.[1];
    if (seconds === undefined) continue;
    const ms = Math.min(waitMsMax, Math.round(Number(seconds) * 1000));
    return { kind: "wait", ms, applied: `wait=${ms / 1000}` };
  }
  return undefined;
}
