// The OpenAPI 3.1 document, made of the same table that serves.
import { apiSchemas } from "./api-schemas.ts";
import { knownProblems } from "./problem.ts";
import { named, type Answer, type JsonSchema, type Route } from "./route.ts";

const bearer = {
  type: "http",
  scheme: "bearer",
  description:
    "A token of the host's file, or of its OpenID issuer. Not asked for on a host without either. Scopes: commands:T, events:T, read:T with an aggregate type or * for T, read, deploy, operate.",
};

/** The document for a table of routes. */
export function openapiOf(routes: readonly Route[]): JsonSchema {
  const paths: { [path: string]: { [method: string]: unknown } } = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, "{$1}");
    const operations = (paths[path] ??= {});
    operations[route.method] = operationOf(route);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Evento",
      version: "1",
      description:
        "Event Sourcing with DDD and CQRS over WebAssembly functions. Errors are RFC 9457 problem documents with a stable `code`.",
    },
    paths,
    components: { schemas: apiSchemas, securitySchemes: { bearer } },
    "x-error-codes": knownProblems(),
  };
}

function operationOf(route: Route): JsonSchema {
  const answers = Object.entries(route.answers).map(([status, given]) => [status, answerOf(given)]);
  return {
    operationId: `${route.method} ${route.path}`.replaceAll(/[^A-Za-z0-9]+/g, "_").replace(/_$/, ""),
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    // A list has alternatives; what a scope means for one type of aggregate, the scheme's description says.
    security: route.access === "open" ? [] : route.access.map((action) => ({ bearer: [action] })),
    ...(route.parameters === undefined ? {} : { parameters: route.parameters }),
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: contentOf(route.body) } }),
    responses: {
      ...Object.fromEntries(answers),
      default: { description: "A problem.", content: { "application/problem+json": { schema: named("Problem") } } },
    },
  };
}

function answerOf({ description, content }: Answer): JsonSchema {
  return { description, ...(content === undefined ? {} : { content: contentOf(content) }) };
}

function contentOf(schemas: { readonly [mediaType: string]: JsonSchema }): JsonSchema {
  return Object.fromEntries(Object.entries(schemas).map(([type, schema]) => [type, { schema }]));
}
