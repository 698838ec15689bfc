// A collector of traces: takes OTLP over HTTP as JSON, and keeps the spans.
import { createServer } from "node:http";
import { once } from "node:events";
import { json } from "node:stream/consumers";

import type { ExecutionContext } from "ava";

export type CollectedSpan = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly start: bigint;
  readonly end: bigint;
  /** 2 for an error. */
  readonly status: number;
  readonly attributes: { readonly [name: string]: unknown };
  readonly resource: { readonly [name: string]: unknown };
};

type Attributes = readonly { readonly key: string; readonly value: { readonly [kind: string]: unknown } }[];
type Export = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly kind: number;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly status: { readonly code?: number };
        readonly attributes: Attributes;
      }[];
    }[];
  }[];
};

export class TraceCollector {
  readonly url: string;
  readonly spans: CollectedSpan[];

  private constructor(url: string, spans: CollectedSpan[]) {
    this.url = url;
    this.spans = spans;
  }

  static async start(t: ExecutionContext): Promise<TraceCollector> {
    const spans: CollectedSpan[] = [];
    const server = createServer((request, response) => {
      void (async () => {
        t.is(request.url, "/v1/traces");
        t.is(request.headers["content-type"], "application/json");
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the shape is OTLP's
        spans.push(...spansOf((await json(request)) as Export));
        response.setHeader("content-type", "application/json").end("{}");
      })();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.teardown(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return new TraceCollector(`http://127.0.0.1:${address.port}`, spans);
  }

  /** Spans of one trace in the order of their starts. */
  of(trace: string): readonly CollectedSpan[] {
    return this.spans
      .filter(({ traceId }) => traceId === trace)
      .toSorted((one, other) => Number(one.start - other.start));
  }
}

/** Names with those of what is below them, in brackets: `a(b, c(d))`. A span that was sent twice counts once. */
export function treeOf(spans: readonly CollectedSpan[], parent: string): readonly string[] {
  const ids = new Set(spans.filter(({ parentSpanId }) => parentSpanId === parent).map(({ spanId }) => spanId));
  return [...ids].map((id) => {
    const below = treeOf(spans, id);
    const name = spans.find(({ spanId }) => spanId === id)?.name ?? "";
    return below.length === 0 ? name : `${name}(${below.join(", ")})`;
  });
}

function spansOf({ resourceSpans }: Export): readonly CollectedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        traceId: span.traceId,
        spanId: span.spanId,
        parentSpanId: span.parentSpanId ?? "",
        name: span.name,
        kind: span.kind,
        start: BigInt(span.startTimeUnixNano),
        end: BigInt(span.endTimeUnixNano),
        status: span.status.code ?? 0,
        attributes: fieldsOf(span.attributes),
        resource: fieldsOf(resource.attributes),
      })),
    ),
  );
}

function fieldsOf(attributes: Attributes): { readonly [name: string]: unknown } {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
