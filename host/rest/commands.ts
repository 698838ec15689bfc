// /commands: post, ask, retry.
import type { Context } from "koa";

import type { Caller } from "../access/caller.ts";
import type { Engine, Posted } from "../engine/engine.ts";
import type { CommandView } from "../engine/views.ts";
import { commandUnknown } from "../engine/queries.ts";
import { callOf } from "../domain/trace-context.ts";
import { EventoError } from "../errors.ts";
import { commandPostOf, requireScope } from "./drafts.ts";
import { takeInTurn } from "./line-intake.ts";
import type { HostMetrics } from "./metrics.ts";
import { answerNdjson, type Begun, type Earlier } from "./ndjson-answer.ts";
import { bytesOf, type Line } from "./ndjson-lines.ts";
import { outcomeWithin } from "./outcome.ts";
import type { OutcomeWaits } from "./outcome-waits.ts";
import { preferenceOf } from "./preference.ts";
import type { ProblemReport } from "./problem-report.ts";
import { parseJson, readJson, requireMediaType } from "./request-body.ts";
import { answer, linkNext, listOf, named, pageParameters, traceparent, type Route } from "./route.ts";

export type CommandRoutesContext = {
  readonly engine: Engine;
  /** Wait for an outcome when the client does not say. */
  readonly waitMs: number;
  readonly closing: AbortSignal;
  readonly waits: OutcomeWaits;
  readonly metrics: HostMetrics;
  readonly report: ProblemReport;
};

const types = { json: "application/json", ndjson: "application/x-ndjson" } as const;

export function commandRoutes(context: CommandRoutesContext): readonly Route[] {
  const { engine } = context;
  return [
    {
      method: "post",
      path: "/commands",
      summary: "Post a command and wait for its outcome",
      description:
        "The outcome is always an event: a business refusal is a 200 too. As application/x-ndjson many commands in one request, one answer line each, in order, as they end.",
      access: ["commands"],
      parameters: [
        {
          name: "Idempotency-Key",
          in: "header",
          description: "the command's id, in place of `id` in the body",
          schema: { type: "string" },
        },
        traceparent,
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
      handle: (ctx, _, __, caller) => post(ctx, caller, context),
    },
    {
      method: "get",
      path: "/commands",
      summary: "List commands that are parked or pending",
      access: ["operate", "read"],
      gathers: true,
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
      async handle(ctx, _, query, caller) {
        const status = query.requiredText("status");
        if (status !== "parked" && status !== "pending")
          throw new EventoError(
            "QUERY_INVALID",
            `found the query parameter status ${JSON.stringify(status.slice(0, 100))}, expected parked or pending`,
          );
        // They are of all types of aggregates.
        caller.requireReadOr("operate");
        const page = { after: query.text("after") ?? "", limit: query.limit() };
        const { commands, next } = await engine.queries.commandsIn(status, page);
        linkNext(ctx, next);
        answer(ctx, 200, { commands, next });
      },
    },
    {
      method: "get",
      path: "/commands/:id",
      summary: "One command and what became of it",
      description: "Who may post commands to its type of aggregate may look as well.",
      access: ["read", "commands", "operate"],
      parameters: [commandId],
      answers: { "200": { description: "The command.", content: { "application/json": named("CommandView") } } },
      async handle(ctx, { id = "" }, _, caller) {
        const view = await engine.queries.command(id);
        const { aggregate_type: of } = view.command;
        if (!caller.may("read", of) && !caller.may("commands", of) && !caller.may("operate")) {
          // What may not be read looks like what is not there.
          caller.refused(`read:${of}`);
          throw commandUnknown(id);
        }
        answer(ctx, 200, view);
      },
    },
    {
      method: "post",
      path: "/commands/:id/retry",
      summary: "Make a parked command pending again",
      access: ["operate"],
      parameters: [
        commandId,
        { name: "Prefer", in: "header", description: "as for a post", schema: { type: "string" } },
      ],
      answers: {
        "200": { description: "Done.", content: { "application/json": named("CommandView") } },
        "202": { description: "Pending, or parked again.", content: { "application/json": named("CommandView") } },
      },
      async handle(ctx, { id = "" }) {
        await answerOutcome(ctx, context, () => engine.retry(id));
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

async function post(ctx: Context, caller: Caller, context: CommandRoutesContext): Promise<void> {
  if (requireMediaType(ctx.req, [types.json, types.ndjson]) === types.ndjson) {
    const call = callOf(ctx.req.headers["traceparent"]);
    answerNdjson(ctx, context.closing, (line, earlier) => begin(line, earlier, { ...context, caller, call }));
    return;
  }
  const value = await readJson(ctx.req);
  await answerOutcome(ctx, context, () => {
    const draft = commandPostOf(value, ctx.req);
    requireScope(caller, "commands", { draft, engine: context.engine });
    return context.engine.post(draft);
  });
}

/** Waits as long as the client wants to, and answers what there is then. */
async function answerOutcome(ctx: Context, context: CommandRoutesContext, post: () => Promise<Posted>): Promise<void> {
  const preference = preferenceOf(ctx.req);
  const waitMs = preference?.waitMs ?? context.waitMs;
  const view = await counted(context.metrics, async () => outcomeWithin(await post(), { ...context, waitMs }));
  if (preference !== undefined) ctx.set("Preference-Applied", preference.applied);
  if (view.status === "done" && preference?.isAsync !== true) {
    answer(ctx, 200, view);
    return;
  }
  ctx.set("Location", `/commands/${encodeURIComponent(view.command.id)}`);
  answer(ctx, 202, view);
}

async function counted(metrics: HostMetrics, outcome: () => Promise<CommandView>): Promise<CommandView> {
  const start = performance.now();
  let status: CommandView["status"] | "refused" = "refused";
  try {
    const view = await outcome();
    ({ status } = view);
    return view;
  } finally {
    metrics.command(status, (performance.now() - start) / 1000);
  }
}

/** Takes a line in, and answers how it will end. */
async function begin(
  line: Line,
  earlier: Earlier,
  context: CommandRoutesContext & { readonly caller: Caller; readonly call: string | undefined },
): Promise<Begun> {
  const { engine, metrics, report, caller, call } = context;
  const refused = (error: unknown): string => JSON.stringify({ ...report.of(error), line: line.number });
  try {
    const draft = { ...commandPostOf(parseJson(bytesOf(line))), call };
    requireScope(caller, "commands", { draft, engine });
    const posted = await takeInTurn(() => engine.post(draft), earlier);
    const outcome = counted(metrics, () => outcomeWithin(posted, { ...context, waitMs: undefined }));
    return { outcome: outcome.then((view) => JSON.stringify(view), refused) };
  } catch (error) {
    metrics.command("refused", 0);
    return { outcome: Promise.resolve(refused(error)) };
  }
}
