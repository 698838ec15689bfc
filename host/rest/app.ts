// The API as a koa application: one boundary that turns failures into problems, then the table of routes.
import type { IncomingMessage } from "node:http";

import Koa, { type Context } from "koa";

import type { Access } from "../access/access.ts";
import { CallerLoad } from "../access/caller-load.ts";
import { isLoopback } from "../config.ts";
import { mountConsole } from "../console/console.ts";
import type { DiskSpace } from "../disk-space.ts";
import type { Engine } from "../engine/engine.ts";
import type { IsolationLevel } from "../functions/isolation.ts";
import type { RecentLines } from "../functions/recent-lines.ts";
import { EventoError } from "../errors.ts";
import type { Logger } from "../json-log.ts";
import type { Publisher } from "../ports/publisher.ts";
import type { KafkaIntake } from "../publisher/kafka/kafka-intake.ts";
import type { HostRegistry } from "../registry/host-registry.ts";
import { answersBytesMax, bodiesBytesMax, readsAtOnceMax, refusedBodyMsMax, smallAnswerBytesMax } from "../limits.ts";
import { aggregateRoutes } from "./aggregates.ts";
import { commandRoutes } from "./commands.ts";
import { eventRoutes } from "./events.ts";
import { functionRoutes } from "./functions.ts";
import { logGroupRoutes, type StoredLog } from "./log-groups.ts";
import { HostMetrics } from "./metrics.ts";
import { openapiOf } from "./openapi.ts";
import type { OutcomeWaits } from "./outcome-waits.ts";
import { operationRoutes, type ReadyChecks } from "./operations.ts";
import { ProblemReport } from "./problem-report.ts";
import type { Tracing } from "../tracing/tracing.ts";
import { QueryParameters } from "./query-parameters.ts";
import { retryAfterS } from "./problem.ts";
import { bodyBytesOf, Room } from "./room.ts";
import { NarrowGate } from "./narrow-gate.ts";
import { registryRoutes } from "./registry.ts";
import type { Route } from "./route.ts";
import { RouteTable, type FoundRoute } from "./route-table.ts";
import { schemaRoutes } from "./schemas.ts";
import { traceRoutes } from "./traces.ts";

export type RestAppOptions = {
  readonly engine: Engine;
  readonly access: Access;
  readonly logger: Logger;
  readonly checks: ReadyChecks;
  readonly log: StoredLog;
  readonly registry: HostRegistry;
  /** Undefined when nothing is published. */
  readonly publisher: Publisher | undefined;
  /** Undefined when nothing is taken in from Kafka. */
  readonly intake: Pick<KafkaIntake, "status"> | undefined;
  /** What functions logged of late. */
  readonly recentLines: RecentLines;
  readonly disk?: Pick<DiskSpace, "room"> | undefined;
  /** Undefined when nobody collects traces. */
  readonly tracing?: Pick<Tracing, "requests" | "counts"> | undefined;
  /** Level in force of function processes. */
  readonly isolation: IsolationLevel;
  readonly address: { readonly host: string };
  /** Wait for a command's outcome when the client does not say. */
  readonly waitMs: number;
  /** Aborts when the host begins to close: who follows is let go, and no more lines are read. */
  readonly closing: AbortSignal;
  readonly waits: OutcomeWaits;
};

export function restApp(options: RestAppOptions): { readonly app: Koa; readonly routes: readonly Route[] } {
  const { logger, address, closing, tracing } = options;
  const metrics = new HostMetrics(options);
  const report = new ProblemReport({ logger });
  const routes = routesOf({ ...options, metrics, report });
  const table = tableOf(routes, options.access);
  mountConsole(table);
  const app = new Koa();
  // A broken connection is no failure of the host.
  app.on("error", (error: Error) => logger.log("debug", "rest.connection", { reason: error.message }));
  app.use(async (ctx) => {
    const started = performance.now();
    const traced = tracing?.requests.request(ctx.req);
    let found: FoundRoute | undefined;
    try {
      requireTarget(ctx, address.host);
      found = table.find(ctx.method, ctx.path);
      if (found === undefined) throw unmatched(ctx, table.methodsOf(ctx.path));
      await found.handle(ctx, found.parameters);
    } catch (error) {
      answerProblem(ctx, report, error);
    }
    if (closing.aborted && !ctx.headerSent) ctx.set("Connection", "close");
    const labels = { method: ctx.method, route: found?.path ?? "none", status: ctx.status };
    metrics.request(labels, (performance.now() - started) / 1000);
    traced?.(labels);
  });
  return { app, routes };
}

/** All routes of a host; the document about them is one of them. */
function routesOf(context: RestAppOptions & { metrics: HostMetrics; report: ProblemReport }): readonly Route[] {
  const routes: readonly Route[] = [
    ...commandRoutes(context),
    ...eventRoutes(context),
    ...aggregateRoutes(context),
    ...traceRoutes(context),
    ...functionRoutes(context),
    ...schemaRoutes(context),
    ...registryRoutes(context),
    ...logGroupRoutes(context),
    ...operationRoutes({ ...context, document: () => document }),
  ];
  const document = JSON.stringify(openapiOf(routes));
  return routes;
}

function tableOf(routes: readonly Route[], access: Access): RouteTable {
  const load = new CallerLoad();
  const bodies = new Room({ bytesMax: bodiesBytesMax });
  const answers = new Room({ bytesMax: answersBytesMax });
  const reads = new NarrowGate({ width: readsAtOnceMax });
  const table = new RouteTable();
  for (const route of routes) {
    const { method, path, handle, gathers = false } = route;
    const known = (route.parameters ?? []).filter((parameter) => parameter.in === "query").map(({ name }) => name);
    table.add(method, path, async (ctx, parameters) => {
      const caller = await access.admit(ctx.req, route);
      load.enter(caller.name, ctx.res);
      bodies.claim(bodyBytesOf(ctx.req), ctx.res);
      const query = new QueryParameters(ctx.querystring, known);
      const answered = (): Promise<void> => handle(ctx, parameters, query, caller);
      await (gathers ? reads.through(answered) : answered());
      // Until it is taken it stays in memory, and a client that takes nothing could ask for the next. What has changed something
      // has to be answered.
      const length = method === "get" && typeof ctx.body === "string" ? ctx.body.length : 0;
      if (length > smallAnswerBytesMax) answers.claim(length, ctx.res);
    });
  }
  return table;
}

/**
 * Refuses what is no path of this host. A host on loopback answers to names of loopback only: a page elsewhere can't be rebound to
 * it by its name server.
 */
function requireTarget(ctx: Context, listening: string): void {
  if (ctx.req.url?.startsWith("/") !== true)
    throw new EventoError(
      "PATH_UNKNOWN",
      `found the target ${JSON.stringify(ctx.req.url?.slice(0, 200))}, expected a path`,
    );
  requireOnce(ctx.req);
  if (!isLoopback(listening)) return;
  const header = ctx.req.headers.host ?? "";
  const name = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(header);
  if (isLoopback((name?.[1] ?? name?.[2] ?? "").toLowerCase())) return;
  throw new EventoError(
    "HOST_HEADER_REFUSED",
    `found the header Host ${JSON.stringify(header.slice(0, 200))}, expected localhost or a loopback address`,
  );
}

/** Of these Node takes the first and forgets the others; what stands in front may have looked at the last. */
const singleHeaders: ReadonlySet<string> = new Set(["host", "authorization", "content-type", "idempotency-key"]);

/** @throws EventoError HEADER_INVALID */
function requireOnce({ rawHeaders, headers }: IncomingMessage): void {
  // As nearly always: as many names as lines.
  if (rawHeaders.length === 2 * Object.keys(headers).length) return;
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]?.toLowerCase() ?? "";
    if (!singleHeaders.has(name)) continue;
    if (seen.has(name)) throw new EventoError("HEADER_INVALID", `found the header ${name} twice, expected it once`);
    seen.add(name);
  }
}

/** @param methods - that the path answers */
function unmatched(ctx: Context, methods: readonly string[]): EventoError {
  if (methods.length === 0)
    return new EventoError("PATH_UNKNOWN", `found no ${JSON.stringify(ctx.path.slice(0, 200))} here`, {
      hint: "GET /openapi.json lists what there is",
    });
  const allowed = methods.join(", ");
  ctx.set("Allow", allowed);
  return new EventoError("METHOD_NOT_ALLOWED", `found the method ${ctx.method}, expected one of ${allowed}`);
}

function answerProblem(ctx: Context, report: ProblemReport, error: unknown): void {
  const problem = report.of(error, ctx.req);
  ctx.status = problem.status;
  ctx.type = "application/problem+json";
  ctx.body = JSON.stringify(problem);
  if (problem.status === 503 || problem.status === 429) ctx.set("Retry-After", String(retryAfterS));
  if (problem.status === 401) ctx.set("WWW-Authenticate", "Bearer");
  // Where a request ends is not sure when it is refused for its head.
  if (problem.code === "HEADER_INVALID") ctx.set("Connection", "close");
  endWithin(ctx.req, refusedBodyMsMax);
}

/** Lets a client that still sends read its refusal, and ends one that goes on and on. */
function endWithin(request: IncomingMessage, ms: number): void {
  if (request.complete) return;
  const timer = setTimeout(() => request.socket.destroy(), ms).unref();
  request.once("close", () => clearTimeout(timer)).once("end", () => clearTimeout(timer));
}
