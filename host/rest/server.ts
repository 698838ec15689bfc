// The HTTP server: routes, problems, limits. Slow, large and misdirected requests end here.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { Router } from "@koa/router";
import Koa, { type Context } from "koa";

import { isLoopback } from "../config.ts";
import type { Engine } from "../engine/engine.ts";
import { EventoError } from "../errors.ts";
import type { Logger } from "../json-log.ts";
import { connectionsMax } from "../limits.ts";
import { aggregateRoutes } from "./aggregates.ts";
import { commandRoutes } from "./commands.ts";
import { eventRoutes } from "./events.ts";
import { functionRoutes } from "./functions.ts";
import { HostMetrics } from "./metrics.ts";
import { openapiOf } from "./openapi.ts";
import { operationRoutes, type ReadyChecks } from "./operations.ts";
import { retryAfterS } from "./problem.ts";
import { ProblemReport } from "./problem-report.ts";
import { schemaRoutes } from "./schemas.ts";
import { startPage } from "./start-page.ts";
import type { Route } from "./route.ts";

export type RestOptions = {
  readonly engine: Engine;
  readonly logger: Logger;
  readonly checks: ReadyChecks;
  readonly address: { readonly host: string; readonly port: number };
  /** Wait for a command's outcome when the client does not say. */
  readonly waitMs: number;
};

/** Waits of the server for its clients: shorter than Node's own, which let a slow client hold a socket for minutes. */
const headersMs = 10_000;
const keepAliveMs = 5_000;
const checkMs = 1_000;
/** Requests under way when the host closes have this long to end. */
const drainMs = 10_000;

export class RestServer {
  readonly #server: Server;
  readonly #closing: AbortController;
  #closed: Promise<void> | undefined;

  private constructor(server: Server, closing: AbortController) {
    this.#server = server;
    this.#closing = closing;
  }

  /** Listens. @throws EventoError LISTEN_FAILED */
  static async listen(options: RestOptions): Promise<RestServer> {
    const closing = new AbortController();
    const app = appOf(options, closing.signal);
    const handle = app.callback();
    const server = createServer(
      {
        headersTimeout: headersMs,
        requestTimeout: 0,
        keepAliveTimeout: keepAliveMs,
        connectionsCheckingInterval: checkMs,
      },
      (request, response) => {
        void handle(request, response);
      },
    );
    server.maxConnections = connectionsMax;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    server.once("error", reject);
    server.listen(options.address.port, options.address.host, resolve);
    try {
      await promise;
    } catch (cause) {
      throw new EventoError("LISTEN_FAILED", `could not listen on ${options.address.host}:${options.address.port}`, {
        cause,
        hint: "stop what listens there, or set EVENTO_LISTEN to another port",
      });
    }
    return new RestServer(server, closing);
  }

  get url(): string {
    const address = this.#server.address();
    if (!isAddress(address)) throw new Error("invariant broken: a listening server has an address");
    return `http://${address.family === "IPv6" ? `[${address.address}]` : address.address}:${address.port}`;
  }

  /** Takes no new connections, lets go who follows, waits for what is under way. Idempotent. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing.abort();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#server.closeAllConnections(), drainMs);
    await promise;
    clearTimeout(timer);
  }
}

/** All routes of a host; the document about them is one of them. */
export function routesOf(
  context: Pick<RestOptions, "engine" | "checks" | "waitMs"> & {
    report: ProblemReport;
    metrics: HostMetrics;
    closing: AbortSignal;
  },
): readonly Route[] {
  const routes: Route[] = [
    ...commandRoutes(context),
    ...eventRoutes(context),
    ...aggregateRoutes(context),
    ...functionRoutes(context),
    ...schemaRoutes(context),
    ...operationRoutes(context),
  ];
  routes.push({
    method: "get",
    path: "/openapi.json",
    summary: "This document",
    answers: { "200": { description: "OpenAPI 3.1.", content: { "application/json": { type: "object" } } } },
    async handle(ctx) {
      ctx.status = 200;
      ctx.type = "application/json";
      ctx.body = document;
    },
  });
  routes.push({
    method: "get",
    path: "/",
    summary: "A page for people",
    answers: { "200": { description: "HTML.", content: { "text/html": { type: "string" } } } },
    async handle(ctx) {
      ctx.status = 200;
      ctx.type = "text/html; charset=utf-8";
      ctx.body = startPage;
    },
  });
  const document = JSON.stringify(openapiOf(routes));
  return routes;
}

function appOf(options: RestOptions, closing: AbortSignal): Koa {
  const { engine, logger, address } = options;
  const metrics = new HostMetrics({ engine });
  const report = new ProblemReport({ logger });
  const router = new Router();
  for (const { method, path, handle } of routesOf({ ...options, report, metrics, closing }))
    router[method](path, async (ctx) => handle(ctx, ctx.params));
  const app = new Koa();
  // A broken connection is no failure of the host.
  app.on("error", (error: Error) => logger.log("debug", "rest.connection", { reason: error.message }));
  app.use(async (ctx, next) => {
    const started = performance.now();
    try {
      requireHost(ctx, address.host);
      await next();
      if (ctx.body === undefined && ctx.status === 404) throw unmatched(ctx, router);
    } catch (error) {
      answerProblem(ctx, report, error);
    }
    metrics.count(ctx.method, String(ctx["_matchedRoute"] ?? "none"), ctx.status, (performance.now() - started) / 1000);
  });
  app.use(router.routes());
  return app;
}

function answerProblem(ctx: Context, report: ProblemReport, error: unknown): void {
  const problem = report.of(error);
  ctx.status = problem.status;
  ctx.type = "application/problem+json";
  ctx.body = JSON.stringify(problem);
  if (problem.status === 503) ctx.set("Retry-After", String(retryAfterS));
  // What was not read of the body is not read any more: the connection can't be used again.
  if (!ctx.req.complete) ctx.set("Connection", "close");
}

function unmatched(ctx: Context, router: Router): EventoError {
  const methods = [
    ...new Set(router.stack.filter((layer) => layer.match(ctx.path)).flatMap((layer) => layer.methods)),
  ].filter((method) => method !== "HEAD");
  if (methods.length === 0)
    return new EventoError("PATH_UNKNOWN", `found no ${ctx.path.slice(0, 200)} here`, {
      hint: "GET /openapi.json lists what there is",
    });
  ctx.set("Allow", methods.join(", "));
  return new EventoError(
    "METHOD_NOT_ALLOWED",
    `found ${ctx.method} ${ctx.path.slice(0, 200)}, expected ${methods.join(" or ")}`,
  );
}

/** A host on loopback answers to names of loopback only: a page elsewhere can't be rebound to it by its name server. */
function requireHost(ctx: Context, listening: string): void {
  if (!isLoopback(listening)) return;
  const name = ctx.host.replace(/:\d+$/, "").replaceAll(/[[\]]/g, "");
  if (!isLoopback(name))
    throw new EventoError(
      "HOST_HEADER_REFUSED",
      `found the host ${JSON.stringify(name.slice(0, 200))}, expected localhost or a loopback address`,
    );
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
  return typeof address === "object" && address !== null;
}
