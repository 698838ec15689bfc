// What operators ask: is it alive, is it ready, what does it do.
import type { Access } from "../access/access.ts";
import type { Engine } from "../engine/engine.ts";
import type { IsolationLevel } from "../functions/isolation.ts";
import type { Publisher } from "../ports/publisher.ts";
import type { KafkaIntake } from "../publisher/kafka/kafka-intake.ts";
import type { HostMetrics } from "./metrics.ts";
import { retryAfterS } from "./problem.ts";
import { answer, named, type Route } from "./route.ts";

/** What `/readyz` looks at; an empty text is well, another says what is not. */
export type ReadyChecks = { readonly [check: string]: () => string };

const health = { content: { "application/json": named("Health") } };

export function operationRoutes(context: {
  readonly engine: Engine;
  readonly access: Pick<Access, "isAsked">;
  readonly checks: ReadyChecks;
  readonly metrics: HostMetrics;
  readonly closing: AbortSignal;
  readonly publisher: Publisher | undefined;
  readonly intake: Pick<KafkaIntake, "status"> | undefined;
  readonly isolation: IsolationLevel;
  /** The OpenAPI document as text. */
  readonly document: () => string;
}): readonly Route[] {
  const { engine, closing } = context;
  const checks: ReadyChecks = {
    ...context.checks,
    accepting: () => (closing.aborted ? "the host is shutting down" : ""),
    room: () => (engine.hasRoom ? "" : `${engine.pendingCount} commands are pending`),
  };
  return [
    {
      method: "get",
      path: "/healthz",
      summary: "The process is alive",
      access: "open",
      answers: { "200": { description: "It is.", ...health } },
      async handle(ctx) {
        answer(ctx, 200, { status: "ok", checks: {} });
      },
    },
    {
      method: "get",
      path: "/readyz",
      summary: "The host takes commands",
      access: "open",
      answers: {
        "200": { description: "It does.", ...health },
        "503": { description: "It does not: see the checks.", ...health },
      },
      async handle(ctx) {
        const results = Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, check() || "ok"]));
        const ready = Object.values(results).every((result) => result === "ok");
        // Kafka away is told and no reason to turn commands away: what waits goes out when it is back.
        // Everybody may ask whether a host is ready: with tokens, what its errors say is for who may see metrics.
        const isOpen = !context.access.isAsked;
        const kafka = isOpen ? context.publisher?.status() : undefined;
        const intake = isOpen ? context.intake?.status() : undefined;
        if (!ready) ctx.set("Retry-After", String(retryAfterS));
        answer(ctx, ready ? 200 : 503, {
          status: ready ? "ok" : "unavailable",
          checks: results,
          isolation_level: context.isolation,
          ...(kafka === undefined ? {} : { kafka }),
          ...(intake === undefined ? {} : { kafka_intake: intake }),
        });
      },
    },
    {
      method: "get",
      path: "/metrics",
      summary: "Metrics in Prometheus' text form",
      access: ["operate", "read"],
      answers: { "200": { description: "The metrics.", content: { "text/plain": { type: "string" } } } },
      async handle(ctx, _, __, caller) {
        caller.requireReadOr("operate");
        ctx.status = 200;
        ctx.type = context.metrics.contentType;
        ctx.body = await context.metrics.text();
      },
    },
    {
      method: "get",
      path: "/openapi.json",
      summary: "This document",
      access: "open",
      answers: { "200": { description: "OpenAPI 3.1.", content: { "application/json": { type: "object" } } } },
      async handle(ctx) {
        ctx.status = 200;
        ctx.type = "application/json";
        ctx.body = context.document();
      },
    },
  ];
}
