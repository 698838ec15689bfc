// Traces on the topic. By the CloudEvents extension for distributed tracing `ce_traceparent` is where the event came to be; the
// plain header `traceparent` is the way that the record took: the span of its publishing, which a consumer's span goes on from.
import { SpanKind } from "@opentelemetry/api";

import type { StoredEvent } from "../domain/envelope.ts";
import { traceContextOf, traceparentOf } from "../domain/trace-context.ts";
import type { Publication } from "../ports/publisher.ts";
import { originOf } from "./engine-spans.ts";
import type { SpanExport } from "./span-export.ts";
import { nowMs, spanIdOf } from "./span.ts";
import type { TraceRoots } from "./trace-roots.ts";

export interface PublishObserver {
  /** Headers of a record that say which trace it belongs to. */
  headersOf(event: StoredEvent): Promise<{ readonly [name: string]: string }>;
  /** Records go to the topic. @returns to be called when they are there */
  publishing(publications: readonly Publication[]): () => void;
}

export class PublishSpans implements PublishObserver {
  readonly #roots: TraceRoots;
  readonly #spans: SpanExport;

  constructor(given: { roots: TraceRoots; spans: SpanExport }) {
    this.#roots = given.roots;
    this.#spans = given.spans;
  }

  async headersOf(event: StoredEvent): Promise<{ readonly [name: string]: string }> {
    const origin = originOf(event);
    if (origin === undefined) return {};
    const { trace, sampled } = await this.#roots.of(event);
    return {
      traceparent: traceparentOf({ trace, span: spanIdOf(`publish ${event.id}`), sampled }),
      ce_traceparent: traceparentOf({ trace, span: origin, sampled }),
    };
  }

  publishing(publications: readonly Publication[]): () => void {
    const start = nowMs();
    return () => {
      const end = nowMs();
      for (const publication of publications) this.#add(publication, { start, end });
    };
  }

  #add({ id, key, position, headers }: Publication, times: { start: number; end: number }): void {
    const own = traceContextOf(headers["traceparent"] ?? "");
    if (own?.sampled !== true) return;
    this.#spans.add({
      trace: own.trace,
      span: own.span,
      parent: traceContextOf(headers["ce_traceparent"] ?? "")?.span,
      name: `publish ${headers["ce_type"] ?? ""}`,
      kind: SpanKind.PRODUCER,
      ...times,
      attributes: {
        "messaging.system": "kafka",
        "messaging.kafka.message.key": key,
        "evento.event.id": id,
        "evento.position": position,
      },
    });
  }
}
