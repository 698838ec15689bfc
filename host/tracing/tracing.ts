// Tracing, put together. This file and what it imports are loaded only when a collector is named.
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResources, envDetector, resourceFromAttributes } from "@opentelemetry/resources";

import type { Logger } from "../json-log.ts";
import { spanExportDeadlineMs } from "../limits.ts";
import type { Observer } from "../ports/observer.ts";
import { EngineSpans } from "./engine-spans.ts";
import { PublishSpans, type PublishObserver } from "./publish-spans.ts";
import { RequestSpans, type RequestObserver } from "./request-spans.ts";
import { SpanExport, type SpanCounts } from "./span-export.ts";
import type { TraceRoots } from "./trace-roots.ts";

export type TracingOptions = {
  /** Base URL of the collector, to which `/v1/traces` is added. */
  readonly endpoint: string;
  readonly roots: TraceRoots;
  /** Identity of the log. */
  readonly log: string;
  readonly logger: Logger;
};

export class Tracing {
  readonly engine: Observer;
  readonly requests: RequestObserver;
  readonly publisher: PublishObserver;
  readonly #roots: TraceRoots;
  readonly #spans: SpanExport;

  private constructor(given: { roots: TraceRoots; spans: SpanExport }) {
    this.engine = new EngineSpans(given);
    this.requests = new RequestSpans(given);
    this.publisher = new PublishSpans(given);
    this.#roots = given.roots;
    this.#spans = given.spans;
  }

  static open({ endpoint, roots, log, logger }: TracingOptions): Tracing {
    // Whatever else there is to say, such as headers and certificates, comes by the usual OTEL_ variables.
    const exporter = new OTLPTraceExporter({
      url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
      timeoutMillis: spanExportDeadlineMs,
    });
    const own = { "service.name": process.env["OTEL_SERVICE_NAME"] || "evento", "service.instance.id": log };
    const resource = detectResources({ detectors: [envDetector] });
    const spans = new SpanExport({
      exporter,
      resource: resourceFromAttributes(own).merge(resource),
      onAway: (reason) => logger.log("warn", "traces.away", { reason }),
    });
    return new Tracing({ roots, spans });
  }

  get counts(): SpanCounts {
    return this.#spans.counts;
  }

  /** Sends what waits, unless the collector is away. Comes after all that is observed has closed, and before the journal does. */
  async close(): Promise<void> {
    await this.#roots.close();
    await this.#spans.close();
  }
}
