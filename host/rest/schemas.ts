// /schemas: what aggregates look like, in all versions.
import type { Caller } from "../access/caller.ts";
import type { Engine } from "../engine/engine.ts";
import { EventoError } from "../errors.ts";
import type { AggregateSchema } from "../schemas/aggregate-schema.ts";
import { readJson } from "./request-body.ts";
import { answer, listOf, named, type Route } from "./route.ts";

const aggregate = {
  name: "aggregate",
  in: "path",
  required: true,
  description: "the schema's namespace",
  schema: { type: "string" },
} as const;

export function schemaRoutes({ engine }: { readonly engine: Engine }): readonly Route[] {
  const { deployment, deployments } = engine;
  return [
    {
      method: "put",
      path: "/schemas/:aggregate",
      summary: "Register a schema, or a new version of one",
      access: ["deploy"],
      parameters: [aggregate],
      body: { "application/json": { type: "array", items: { type: "object" } } },
      answers: {
        "200": { description: "This version was there already.", content: { "application/json": named("Schema") } },
        "201": { description: "Registered.", content: { "application/json": named("Schema") } },
      },
      async handle(ctx, { aggregate: of = "" }) {
        const before = deployments.schemaVersions(of).length;
        const schema = await deployment.schema(of, await readJson(ctx.req));
        answer(ctx, deployments.schemaVersions(of).length > before ? 201 : 200, schemaJson(engine, schema));
      },
    },
    {
      method: "get",
      path: "/schemas",
      summary: "The newest schema of each aggregate",
      access: ["read", "deploy"],
      answers: {
        "200": {
          description: "Schemas in the order of their names.",
          content: {
            "application/json": { type: "object", required: ["schemas"], properties: { schemas: listOf("Schema") } },
          },
        },
      },
      async handle(ctx, _, __, caller) {
        const seen = deployments.aggregateTypes().filter((of) => sees(caller, of));
        const schemas = seen.map((of) => schemaJson(engine, newest(engine, of)));
        answer(ctx, 200, { schemas });
      },
    },
    {
      method: "get",
      path: "/schemas/:aggregate",
      summary: "The newest schema of an aggregate",
      access: ["read", "deploy"],
      parameters: [aggregate],
      answers: { "200": { description: "The schema.", content: { "application/json": named("Schema") } } },
      async handle(ctx, { aggregate: of = "" }, _, caller) {
        if (!sees(caller, of)) caller.require("read", of);
        answer(ctx, 200, schemaJson(engine, newest(engine, of)));
      },
    },
    {
      method: "get",
      path: "/schemas/:aggregate/:fingerprint",
      summary: "One version of a schema",
      access: ["read", "deploy"],
      parameters: [
        aggregate,
        { name: "fingerprint", in: "path", required: true, description: "16 hex digits", schema: { type: "string" } },
      ],
      answers: { "200": { description: "The schema.", content: { "application/json": named("Schema") } } },
      async handle(ctx, { aggregate: of = "", fingerprint = "" }, _, caller) {
        if (!sees(caller, of)) caller.require("read", of);
        const schema = deployments.findSchema(of, fingerprint);
        if (schema === undefined) throw unknown(`${of}/${fingerprint}`);
        answer(ctx, 200, schemaJson(engine, schema));
      },
    },
  ];
}

function sees(caller: Caller, of: string): boolean {
  return caller.may("read", of) || caller.may("deploy");
}

function newest({ deployments }: Engine, of: string): AggregateSchema {
  const schema = deployments.latestSchema(of);
  if (schema === undefined) throw unknown(of);
  return schema;
}

function schemaJson({ deployments }: Engine, schema: AggregateSchema): unknown {
  const versions = deployments.schemaVersions(schema.name).map(({ fingerprint }) => fingerprint);
  return {
    aggregate_type: schema.name,
    version: versions.indexOf(schema.fingerprint) + 1,
    fingerprint: schema.fingerprint,
    versions,
    schema: JSON.parse(schema.text),
  };
}

function unknown(of: string): EventoError {
  return new EventoError("SCHEMA_UNKNOWN", `found no schema of ${JSON.stringify(of.slice(0, 200))}`, {
    hint: "GET /schemas lists what is registered",
  });
}
