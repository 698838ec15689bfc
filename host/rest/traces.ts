// /traces: what followed from what.
import type { Engine } from "../engine/engine.ts";
import { answer, named, type Route } from "./route.ts";

export function traceRoutes({ engine }: { readonly engine: Engine }): readonly Route[] {
  return [
    {
      method: "get",
      path: "/traces/:id",
      summary: "The whole causation tree that a command or event belongs to",
      description: "It crosses aggregates, and takes a token that reads all of them.",
      access: ["read"],
      gathers: true,
      parameters: [
        { name: "id", in: "path", required: true, description: "id of a command or event", schema: { type: "string" } },
      ],
      answers: {
        "200": {
          description: "The tree, from the call from outside that caused it.",
          content: { "application/json": named("Trace") },
        },
      },
      async handle(ctx, { id = "" }, _, caller) {
        caller.require("read");
        answer(ctx, 200, await engine.trace(id));
      },
    },
  ];
}
