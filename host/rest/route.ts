// A route and its description in one: what serves is what the OpenAPI document says.
import type { Context } from "koa";

import type { Caller } from "../access/caller.ts";
import type { Action } from "../access/scope.ts";
import type { QueryParameters } from "./query-parameters.ts";

export type JsonSchema = { readonly [keyword: string]: unknown };

export type Parameter = {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
};

export type Answer = {
  readonly description: string;
  /** Schemas by media type; none for an empty body. */
  readonly content?: { readonly [mediaType: string]: JsonSchema };
};

export type Route = {
  readonly method: "get" | "post" | "put" | "delete";
  /** With parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  /** Who may call it: a token with one of these scopes, for any type of aggregate; which of them, the handler sees to. */
  readonly access: "open" | readonly Action[];
  /** True when the answer is put together of many rows: only some are at once, since none is small while that goes on. */
  readonly gathers?: boolean;
  readonly parameters?: readonly Parameter[];
  readonly body?: { readonly [mediaType: string]: JsonSchema };
  /** Answers by status. Problems are added for all. */
  readonly answers: { readonly [status: string]: Answer };
  readonly handle: (
    ctx: Context,
    parameters: { readonly [name: string]: string },
    /** The query, with no parameters but those declared. */
    query: QueryParameters,
    caller: Caller,
  ) => Promise<void>;
};

/** A reference to one of the document's named schemas. */
export function named(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` };
}

export function listOf(name: string): JsonSchema {
  return { type: "array", items: named(name) };
}

/** Answers JSON with a status. */
export function answer(ctx: Context, status: number, value: unknown): void {
  ctx.status = status;
  // Koa's own setter looks the type up among all there are.
  ctx.set("Content-Type", "application/json");
  ctx.body = JSON.stringify(value);
}

/** Links the next page of a list (RFC 8288): the same query, after what this page ended with. */
export function linkNext(ctx: Context, after: string | number | null): void {
  if (after === null) return;
  const query = new URLSearchParams(ctx.querystring);
  query.set("after", String(after));
  ctx.set("Link", `<${ctx.path}?${query.toString()}>; rel="next"`);
}

/** Where a call is in its caller's trace. */
export const traceparent: Parameter = {
  name: "traceparent",
  in: "header",
  description: "W3C Trace Context: becomes the id of the call, `cause.id`; ignored when it is none",
  schema: { type: "string" },
};

export const pageParameters = (order: string): readonly Parameter[] => [
  { name: "after", in: "query", description: `go on after this ${order}`, schema: { type: "string" } },
  {
    name: "limit",
    in: "query",
    description: "rows of the page",
    schema: { type: "integer", minimum: 1, maximum: 1000, default: 100 },
  },
];
