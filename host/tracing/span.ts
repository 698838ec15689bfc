// Spans as the exporter takes them. They are made whole when what they are about has ended: their ids are functions of what they are
// about, so that parents are found without memory, also by a host that was started again meanwhile.
import { hash } from "node:crypto";

import { SpanKind, SpanStatusCode, TraceFlags, type Attributes, type HrTime } from "@opentelemetry/api";
import type { Resource } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";

export type SpanDraft = {
  readonly trace: string;
  readonly span: string;
  /** Undefined for the first of a trace. */
  readonly parent: string | undefined;
  readonly name: string;
  readonly kind?: SpanKind;
  /** Milliseconds since 1970, with fractions. */
  readonly start: number;
  readonly end: number;
  readonly attributes: Attributes;
  /** Why it failed; undefined when it did not. */
  readonly reason?: string | undefined;
};

const scope = { name: "evento" };

/** The id of the span about something. @param subject - `command <id>` and the like */
export function spanIdOf(subject: string): string {
  return hash("sha256", subject, "hex").slice(0, 16);
}

/** When something begins that commands come of: those have times in whole milliseconds, and must not begin before it. */
export function startMs(): number {
  return Math.floor(nowMs());
}

/** Milliseconds since 1970, with fractions. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

export function readableSpanOf(draft: SpanDraft, resource: Resource): ReadableSpan {
  const { trace, span, parent, name, start, attributes, reason } = draft;
  const { kind = SpanKind.INTERNAL } = draft;
  // A clock that was set back must not make a span that ends before it begins.
  const end = Math.max(start, draft.end);
  const contextOf = (spanId: string) => ({ traceId: trace, spanId, traceFlags: TraceFlags.SAMPLED });
  return {
    name,
    kind,
    spanContext: () => contextOf(span),
    ...(parent === undefined ? {} : { parentSpanContext: contextOf(parent) }),
    startTime: hrTimeOf(start),
    endTime: hrTimeOf(end),
    duration: hrTimeOf(end - start),
    ended: true,
    status: reason === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: reason },
    attributes,
    links: [],
    events: [],
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function hrTimeOf(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
