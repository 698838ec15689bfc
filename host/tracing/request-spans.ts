// Requests as spans: of who asks to be traced, and of all that may change something.
import type { IncomingMessage } from "node:http";

import { SpanKind } from "@opentelemetry/api";

import { traceContextOf, traceparentOf } from "../domain/trace-context.ts";
import type { SpanExport } from "./span-export.ts";
import { nowMs, startMs } from "./span.ts";
import type { TraceRoots } from "./trace-roots.ts";

/** Called with what is known of a request at the head of its answer. */
export type RequestEnd = (given: { readonly method: string; readonly route: string; readonly status: number }) => void;

export interface RequestObserver {
  /** A request has come. What is posted with it is caused by its span: the header says so from now on. */
  request(request: IncomingMessage): RequestEnd | undefined;
}

export class RequestSpans implements RequestObserver {
  readonly #spans: SpanExport;
  readonly #roots: Pick<TraceRoots, "isSampled">;

  constructor(given: { spans: SpanExport; roots: Pick<TraceRoots, "isSampled"> }) {
    this.#spans = given.spans;
    this.#roots = given.roots;
  }

  request(request: IncomingMessage): RequestEnd | undefined {
    const header = request.headers["traceparent"];
    const caller = typeof header === "string" ? traceContextOf(header) : undefined;
    if (caller === undefined && request.method === "GET") return undefined;
    const start = startMs();
    const trace = caller?.trace ?? randomDigits(32);
    const own = { trace, span: randomDigits(16), sampled: caller?.sampled ?? this.#roots.isSampled(trace) };
    request.headers["traceparent"] = traceparentOf(own);
    if (!own.sampled) return undefined;
    return ({ method, route, status }) =>
      this.#spans.add({
        trace,
        span: own.span,
        parent: caller?.span,
        name: `${method} ${route}`,
        kind: SpanKind.SERVER,
        start,
        end: nowMs(),
        attributes: { "http.request.method": method, "http.route": route, "http.response.status_code": status },
        reason: status >= 500 ? `answered ${status}` : undefined,
      });
  }
}

function randomDigits(count: 16 | 32): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, count);
}
