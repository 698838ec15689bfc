// /registry: the read calls of Confluent's schema registry, so that a stock consumer of the topic needs only this URL.
import { registryMediaType, type HostRegistry } from "../registry/host-registry.ts";
import type { Parameter, Route } from "./route.ts";

const base = "/registry";

/** What stock clients add to their calls; all of it asks for what this registry does anyway. */
const ignored: readonly Parameter[] = [
  "fetchMaxId",
  "subject",
  "subjectPrefix",
  "format",
  "deleted",
  "deletedOnly",
  "verbose",
  "normalize",
  "offset",
  "limit",
].map((name) => ({ name, in: "query", description: "taken and of no effect", schema: { type: "string" } }));

const inPath = (name: string, description: string): Parameter => ({
  name,
  in: "path",
  required: true,
  description,
  schema: { type: "string" },
});
const id = inPath("id", "number of a schema, as in the framing of a record");
const subject = inPath("subject", "full name of a record, such as SavingsAccount.DepositReceived");
const version = inPath("version", "from 1, or latest");

const calls: readonly (readonly [path: string, summary: string, parameters: readonly Parameter[]])[] = [
  ["/schemas/ids/:id", "A schema by its number", [id]],
  ["/schemas/ids/:id/schema", "The schema alone", [id]],
  ["/schemas/ids/:id/subjects", "Subjects that have a schema", [id]],
  ["/schemas/ids/:id/versions", "Subjects and versions that have a schema", [id]],
  ["/schemas/types", "Kinds of schemas", []],
  ["/subjects", "All subjects", []],
  ["/subjects/:subject/versions", "Versions of a subject", [subject]],
  ["/subjects/:subject/versions/:version", "One version of a subject", [subject, version]],
  ["/subjects/:subject/versions/:version/schema", "The schema alone", [subject, version]],
  ["/config", "How versions fit each other", []],
  ["/mode", "That it is read only", []],
];

const refusal = {
  [registryMediaType]: {
    type: "object",
    properties: { error_code: { type: "integer" }, message: { type: "string" } },
  },
};

export function registryRoutes({ registry }: { readonly registry: HostRegistry }): readonly Route[] {
  return calls.map(([path, summary, parameters]) => ({
    method: "get",
    path: base + path,
    summary: `Schema registry: ${summary.charAt(0).toLowerCase()}${summary.slice(1)}`,
    access: ["read"],
    parameters: [...parameters, ...ignored],
    answers: {
      "200": { description: "As Confluent's registry answers it.", content: { [registryMediaType]: {} } },
      "404": { description: "There is none.", content: refusal },
      "422": { description: "That is no version.", content: refusal },
    },
    async handle(ctx, _, __, caller) {
      // All schemas are in it.
      caller.require("read");
      const { status, body } = await registry.answer({ method: ctx.method, path: ctx.path.slice(base.length) });
      ctx.status = status;
      ctx.type = registryMediaType;
      ctx.body = JSON.stringify(body);
    },
  }));
}
