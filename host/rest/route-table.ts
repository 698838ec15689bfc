// Which handler answers a path: the routes by method, found without trying one after the other.
import createRouter, { type HTTPMethod } from "find-my-way";
import type { Context } from "koa";

import { pathParameterCharsMax } from "../limits.ts";
import type { Route } from "./route.ts";

export type RouteHandler = (ctx: Context, parameters: { readonly [name: string]: string }) => Promise<void>;

export type FoundRoute = {
  /** With parameters as `:name`: ids must not become labels of metrics. */
  readonly path: string;
  readonly handle: RouteHandler;
  readonly parameters: { readonly [name: string]: string };
};

type Stored = Pick<FoundRoute, "path" | "handle">;

const methods: { readonly [Method in Route["method"]]: readonly HTTPMethod[] } = {
  get: ["GET", "HEAD"],
  post: ["POST"],
  put: ["PUT"],
  delete: ["DELETE"],
};
const known: readonly HTTPMethod[] = Object.values(methods).flat();

export class RouteTable {
  readonly #router = createRouter({
    caseSensitive: true,
    ignoreTrailingSlash: true,
    maxParamLength: pathParameterCharsMax,
  });

  /** Adds a route; one of GET answers HEAD as well. @param path - parameters as `:name`, and `*` for the rest of a path */
  add(method: Route["method"], path: string, handle: RouteHandler): void {
    const stored: Stored = { path, handle };
    this.#router.on([...methods[method]], path, () => undefined, stored);
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
    return known.filter((method) => this.find(method, path) !== undefined);
  }
}

function isKnown(method: string): method is HTTPMethod {
  return known.some((name) => name === method);
}
