// /functions: deploy, look, roll back, remove.
import type { Engine } from "../engine/engine.ts";
import { EventoError } from "../errors.ts";
import type { DeployedFunction } from "../domain/host-state.ts";
import type { RecentLines } from "../functions/recent-lines.ts";
import { componentBytesMax } from "../limits.ts";
import { fieldsOf, optionalCount } from "./json-fields.ts";
import { readBody, readJson, requireMediaType } from "./request-body.ts";
import { answer, listOf, named, type Route } from "./route.ts";

const name = {
  name: "name",
  in: "path",
  required: true,
  description: "the function's name",
  schema: { type: "string", pattern: "^[a-z][a-z0-9-]{0,62}$" },
} as const;
const deployedAnswer = { content: { "application/json": named("DeployedFunction") } };

export type FunctionContext = { readonly engine: Engine; readonly recentLines: RecentLines };

export function functionRoutes({ engine, recentLines }: FunctionContext): readonly Route[] {
  const { deployment, deployments } = engine;
  return [
    {
      method: "put",
      path: "/functions/:name",
      summary: "Deploy a function: a component, or rules as data",
      access: ["deploy"],
      parameters: [name],
      body: {
        "application/wasm": { type: "string", contentMediaType: "application/wasm" },
        "application/json": named("Rules"),
      },
      answers: {
        "200": { description: "It was deployed already; nothing changed.", ...deployedAnswer },
        "201": { description: "Deployed as a new version.", ...deployedAnswer },
      },
      async handle(ctx, { name: of = "" }) {
        const type = requireMediaType(ctx.req, ["application/wasm", "application/json"]);
        const deployed =
          type === "application/wasm"
            ? await deployment.component(of, await readBody(ctx.req, componentBytesMax))
            : await deployment.rules(of, await readJson(ctx.req));
        answer(ctx, deployed.changed ? 201 : 200, deployedJson(of, deployed.function));
      },
    },
    {
      method: "get",
      path: "/functions",
      summary: "What is deployed",
      access: ["read", "deploy", "operate"],
      answers: {
        "200": {
          description: "Functions in the order of their names.",
          content: {
            "application/json": {
              type: "object",
              required: ["functions"],
              properties: { functions: listOf("FunctionView") },
            },
          },
        },
      },
      async handle(ctx, _, __, caller) {
        // What is deployed says something of every aggregate.
        caller.requireReadOr("deploy", "operate");
        const names = [...deployments.state.functions.keys()].toSorted();
        answer(ctx, 200, { functions: names.map((of) => viewOf(engine, of)) });
      },
    },
    {
      method: "get",
      path: "/functions/:name",
      summary: "One function: version, processes, calls, failures, times",
      access: ["read", "deploy", "operate"],
      parameters: [name],
      answers: { "200": { description: "The function.", content: { "application/json": named("FunctionView") } } },
      async handle(ctx, { name: of = "" }, _, caller) {
        caller.requireReadOr("deploy", "operate");
        answer(ctx, 200, viewOf(engine, of));
      },
    },
    {
      method: "get",
      path: "/functions/:name/versions",
      summary: "All versions of a function",
      access: ["read", "deploy", "operate"],
      parameters: [name],
      answers: {
        "200": {
          description: "Versions, the oldest first.",
          content: {
            "application/json": {
              type: "object",
              required: ["active", "versions"],
              properties: { active: { type: "integer" }, versions: listOf("DeployedFunction") },
            },
          },
        },
      },
      async handle(ctx, { name: of = "" }, _, caller) {
        caller.requireReadOr("deploy", "operate");
        const active = deployments.active(of);
        const versions = deployments.state.functions.get(of)?.versions ?? [];
        answer(ctx, 200, { active: active.version, versions: versions.map((version) => deployedJson(of, version)) });
      },
    },
    {
      method: "get",
      path: "/functions/:name/lines",
      summary: "What a function logged of late",
      description: "The newest lines since the host started. All of them are in the host's own log.",
      access: ["read", "deploy", "operate"],
      parameters: [
        name,
        {
          name: "after",
          in: "query",
          description: "number of a line: only those behind it",
          schema: { type: "integer", minimum: 0, default: 0 },
        },
      ],
      answers: {
        "200": {
          description: "Lines, the oldest first.",
          content: {
            "application/json": {
              type: "object",
              required: ["last", "lines"],
              properties: {
                last: {
                  type: "integer",
                  minimum: 0,
                  description: "Number of the newest line: they are counted anew when the host starts.",
                },
                lines: listOf("FunctionLine"),
              },
            },
          },
        },
      },
      async handle(ctx, { name: of = "" }, query, caller) {
        // A function sees whatever its aggregates hold, and logs what it likes of it.
        caller.requireReadOr("deploy", "operate");
        engine.deployments.active(of);
        answer(ctx, 200, {
          last: recentLines.last(of),
          lines: recentLines.of(of, { after: query.count("after") ?? 0 }),
        });
      },
    },
    {
      method: "post",
      path: "/functions/:name/rollback",
      summary: "Make an earlier version active again",
      access: ["deploy", "operate"],
      parameters: [name],
      body: {
        "application/json": {
          type: "object",
          required: ["version"],
          properties: { version: { type: "integer", minimum: 1 } },
          additionalProperties: false,
        },
      },
      answers: { "200": { description: "Active now.", ...deployedAnswer } },
      async handle(ctx, { name: of = "" }) {
        const fields = fieldsOf(await readJson(ctx.req), { required: ["version"], optional: [] });
        const version = optionalCount(fields, "version");
        if (version === undefined) throw new EventoError("BODY_INVALID", "found no version, expected a whole number");
        answer(ctx, 200, deployedJson(of, (await deployment.rollback(of, version)).function));
      },
    },
    {
      method: "delete",
      path: "/functions/:name",
      summary: "Take a function away",
      access: ["deploy"],
      description: "Commands that it would have handled are parked from then on; what it did stays.",
      parameters: [name],
      answers: { "204": { description: "Gone." } },
      async handle(ctx, { name: of = "" }) {
        await deployment.remove(of);
        ctx.status = 204;
      },
    },
  ];
}

function deployedJson(of: string, deployed: DeployedFunction): unknown {
  const { rules, ...rest } = deployed;
  return { name: of, ...rest, ...(rules === null ? {} : { rules: JSON.parse(rules) }) };
}

function viewOf(engine: Engine, of: string): unknown {
  const active = engine.deployments.active(of);
  const isRules = active.rules !== null;
  return {
    name: of,
    version: active.version,
    digest: active.digest,
    deployed_at: active.deployed_at,
    kinds: active.kinds,
    aggregate: active.aggregate,
    events: active.events,
    schemas: active.schemas,
    ...(active.kinds.includes("dispatcher") ? { lag: engine.dispatching.lag(of) } : {}),
    ...(isRules ? {} : { process: engine.functions.status(of) }),
  };
}
