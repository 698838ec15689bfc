// /aggregates: states, now and then.
import type { Engine } from "../engine/engine.ts";
import { entityTypeOf } from "../domain/entity-id.ts";
import { EventoError } from "../errors.ts";
import { answer, linkNext, named, pageParameters, type Route } from "./route.ts";

export function aggregateRoutes({ engine }: { readonly engine: Engine }): readonly Route[] {
  return [
    {
      method: "get",
      path: "/aggregates",
      summary: "Aggregates of a type",
      access: ["read"],
      parameters: [
        {
          name: "aggregate_type",
          in: "query",
          required: true,
          description: "the schema's namespace",
          schema: { type: "string" },
        },
        ...pageParameters("id"),
      ],
      answers: {
        "200": {
          description: "Ids and sequences, in the order of the ids.",
          content: {
            "application/json": {
              type: "object",
              required: ["aggregates", "next"],
              properties: {
                aggregates: {
                  type: "array",
                  items: {
                    type: "object",
                    required: ["aggregate", "sequence"],
                    properties: { aggregate: { type: "string" }, sequence: { type: "integer" } },
                  },
                },
                next: { type: ["string", "null"] },
              },
            },
          },
        },
      },
      async handle(ctx, _, query, caller) {
        const limit = query.limit();
        const aggregateType = query.requiredText("aggregate_type");
        caller.require("read", aggregateType);
        const aggregates = await engine.queries.aggregates(aggregateType, {
          after: query.text("after") ?? "",
          limit,
        });
        const next = aggregates.length === limit ? (aggregates.at(-1)?.aggregate ?? null) : null;
        linkNext(ctx, next);
        answer(ctx, 200, { aggregates, next });
      },
    },
    {
      method: "get",
      path: "/aggregates/:entity",
      summary: "The aggregate that an entity is or belongs to, now or then",
      access: ["read"],
      parameters: [
        {
          name: "entity",
          in: "path",
          required: true,
          description: "type:id of the root or of a member",
          schema: { type: "string" },
        },
        {
          name: "at_sequence",
          in: "query",
          description: "after the event with this sequence",
          schema: { type: "integer", minimum: 0 },
        },
        {
          name: "at_time",
          in: "query",
          description: "at this time, ISO 8601 or milliseconds since 1970",
          schema: { type: "string" },
        },
      ],
      answers: { "200": { description: "The aggregate.", content: { "application/json": named("Aggregate") } } },
      async handle(ctx, { entity = "" }, query, caller) {
        caller.require("read", engine.deployments.aggregateTypeOf(entityTypeOf(entity)));
        const sequence = query.count("at_sequence");
        const time = query.time("at_time");
        if (sequence !== undefined && time !== undefined)
          throw new EventoError("QUERY_INVALID", "found at_sequence and at_time, expected one of them");
        const moment =
          sequence !== undefined
            ? ({ kind: "sequence", sequence } as const)
            : time !== undefined
              ? ({ kind: "time", time } as const)
              : undefined;
        answer(ctx, 200, await engine.queries.aggregate(entity, moment));
      },
    },
  ];
}
