// The running host as the model's commands call it.
import type { ExecutionContext } from "ava";

import { buildFunction } from "../../sdk-assemblyscript/build-function.ts";
import { HostHarness } from "../host-harness.ts";

const account = new URL("../../functions/banking/credit-account", import.meta.url).pathname;

/** JSON whose shape the checks look at. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;
export type Answer = { readonly status: number; readonly headers: Headers; readonly body: Json };

export class ApiHost {
  readonly #host: HostHarness;

  private constructor(host: HostHarness) {
    this.#host = host;
  }

  /** A host with credit accounts that parks a command at its first failure. */
  static async start(t: ExecutionContext): Promise<ApiHost> {
    const host = new ApiHost(await HostHarness.start(t, { environment: { EVENTO_TRIES: "1" } }));
    const built = await buildFunction(account);
    if (built.kind !== "component") throw new Error("the credit account is a component");
    const { status } = await host.call("PUT", `/functions/${built.name}`, {
      body: Buffer.from(built.component),
      headers: { "content-type": "application/wasm" },
    });
    t.is(status, 201);
    return host;
  }

  kill(): Promise<void> {
    return this.#host.restart("SIGKILL");
  }

  async call(
    method: string,
    path: string,
    given: { body?: string | Uint8Array<ArrayBuffer>; headers?: { readonly [name: string]: string } } = {},
  ): Promise<Answer> {
    const response = await fetch(this.#host.url + path, { method, ...given, signal: AbortSignal.timeout(30_000) });
    const text = await response.text();
    const isNdjson = response.headers.get("content-type")?.includes("ndjson") === true;
    const body = isNdjson ? text.trimEnd().split("\n").map(jsonOf) : jsonOf(text);
    return { status: response.status, headers: response.headers, body };
  }

  get(path: string): Promise<Answer> {
    return this.call("GET", path);
  }

  post(path: string, body: unknown, headers: { readonly [name: string]: string } = {}): Promise<Answer> {
    return this.call("POST", path, {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });
  }

  postLines(path: string, lines: readonly string[]): Promise<Answer> {
    return this.call("POST", path, {
      body: lines.map((line) => `${line}\n`).join(""),
      headers: { "content-type": "application/x-ndjson" },
    });
  }
}

function jsonOf(text: string): Json {
  return JSON.parse(text);
}
