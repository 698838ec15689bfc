// Which handler answers a path: the routes by method, found without trying one after the other.
import createRouter, { type HTTPMethod } from "find-my-way";
import type { Context } from "koa";

import { pathParameterCharsMax } from "../limits.ts";

export type RouteHandler = (ctx: Context, parameters: { readonly [name: string]: string }) => Promise<void>;

export type FoundRoute = {
  /** With parameters as `:name`: ids must not become labels of metrics. */
  readonly path: string;
  readonly handle: RouteHandler;
  readonly parameters: { readonly [name: string]: string };
};

type Stored = { readonly path: string; readonly handle: RouteHandler };

const methods = ["GET", "HEAD", "POST", "PUT", "DELETE"] as const;

export class RouteTable {
  readonly #router = createRouter({
    caseSensitive: true,
    ignoreTrailingSlash: true,
    maxParamLength: pathParameterCharsMax,
  });

  /** Adds a route; one of GET answers HEAD as well. @param path - parameters as `:name`, and `*` for the rest of a path */
  add(method: "get" | "post" | "put" | "delete", path: string, handle: RouteHandler): void {
    const stored: Stored = { path, handle };
    for (const name of method === "get" ? (["GET", "HEAD"] as const) : [upperCaseOf(method)])
      this.#router.on(name, path, () => undefined, stored);
  }

  /** The route of a path; undefined when there is none, or when one of its parameters is empty. */
  find(method: string, path: string): FoundRoute | undefined {
    if (!isKnown(method)) return undefined;
    const found = this.#router.find(method, path);
    if (found?.store === undefined || found.store === null) return undefined;
    const parameters: { [name: string]: string } = {};
    for (const [name, value] of Object.entries(found.params)) {
      if (value === undefined || value === "") return undefined;
      parameters[name] = value;
    }
    const { path: pattern, handle }: Stored = found.store;
    return { path: pattern, handle, parameters };
  }

  /** Methods that a path answers. */
  methodsOf(path: string): string[] {
    return methods.filter((method) => this.find(method, path) !== undefined);
  }
}

function isKnown(method: string): method is HTTPMethod {
  return methods.some((known) => known === method);
}

function upperCaseOf(method: "post" | "put" | "delete"): HTTPMethod {
  return method === "post" ? "POST" : method === "put" ? "PUT" : "DELETE";
}
