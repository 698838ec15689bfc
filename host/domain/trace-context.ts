// A place in somebody's trace, as W3C Trace Context writes it in the header `traceparent`:
//
//   00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
//   version, trace, span, flags (the last bit: sampled)

export type TraceContext = {
  /** 32 hexadecimal digits, not all 0. */
  readonly trace: string;
  /** 16 hexadecimal digits, not all 0: whoever comes next is its child. */
  readonly span: string;
  /** Whether the spans of this trace are kept. */
  readonly sampled: boolean;
};

const pattern = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.{0,200})?$/;

/**
 * Reads a `traceparent`; undefined for everything else, since a caller's broken tracing must not fail his call.
 *
 * @see W3C Trace Context, section 3.2: later versions may go on after the flags, version 00 may not.
 */
export function traceContextOf(text: string): TraceContext | undefined {
  const [, version, trace, span, flags, more] = pattern.exec(text) ?? [];
  if (trace === undefined || span === undefined || flags === undefined) return undefined;
  if (version === "00" && more !== undefined) return undefined;
  return { trace, span, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** A `traceparent` of version 00. */
export function traceparentOf({ trace, span, sampled }: TraceContext): string {
  return `00-${trace}-${span}-${sampled ? "01" : "00"}`;
}

/** The id of a call that brings a draft: where it is in the caller's trace, if the caller says so as it should be said. */
export function callOf(header: unknown): string | undefined {
  const context = typeof header === "string" ? traceContextOf(header) : undefined;
  return context && traceparentOf(context);
}
