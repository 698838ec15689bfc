// Which trace something belongs to: that of the call from outside at the root of its causes. The id of that call is the `traceparent`
// that it came with, and lies in the log with the first command or event; without one, the trace's id follows from the root cause.
// So a command that a dispatcher makes after days, or after a restart, joins the trace that its cause began.
import { hash } from "node:crypto";

import type { Cause } from "../domain/envelope.ts";
import { traceContextOf } from "../domain/trace-context.ts";
import { tracedRootsMax } from "../limits.ts";
import type { Journal } from "../ports/journal.ts";

export type TraceRoot = {
  readonly trace: string;
  /** The span that called the host. */
  readonly parent: string | undefined;
  readonly sampled: boolean;
};

type Envelope = { readonly cause: Cause; readonly root_cause: string };

export class TraceRoots {
  readonly #journal: Pick<Journal, "command" | "event">;
  readonly #share: number;
  /** By root cause, the latest last. */
  readonly #known = new Map<string, TraceRoot>();
  readonly #lookUps = new Map<string, Promise<TraceRoot>>();

  /** @param given - `share` of the traces that begin here which are kept. */
  constructor(given: { journal: Pick<Journal, "command" | "event">; share: number }) {
    this.#journal = given.journal;
    this.#share = given.share;
  }

  /** Decides about a trace that begins here by its last digits, which are as random as any (W3C Trace Context, level 2). */
  isSampled(trace: string): boolean {
    return Number.parseInt(trace.slice(-8), 16) < this.#share * 2 ** 32;
  }

  async of({ cause, root_cause }: Envelope): Promise<TraceRoot> {
    const known = this.#known.get(root_cause);
    if (known !== undefined) return known;
    if (cause.kind === "external") return this.#keep(root_cause, cause.id);
    const running = this.#lookUps.get(root_cause);
    if (running !== undefined) return running;
    const lookUp = this.#lookUp(root_cause).finally(() => this.#lookUps.delete(root_cause));
    this.#lookUps.set(root_cause, lookUp);
    return lookUp;
  }

  /** Waits for what is looked up. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#lookUps.values());
  }

  async #lookUp(root: string): Promise<TraceRoot> {
    const first = (await this.#journal.command(root))?.command ?? (await this.#journal.event(root));
    return this.#keep(root, first?.cause.id ?? root);
  }

  #keep(root: string, call: string): TraceRoot {
    const context = traceContextOf(call);
    const derived = derivedTraceOf(root);
    const found =
      context === undefined
        ? { trace: derived, parent: undefined, sampled: this.isSampled(derived) }
        : { trace: context.trace, parent: context.span, sampled: context.sampled };
    this.#known.set(root, found);
    if (this.#known.size > tracedRootsMax) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    return found;
  }
}

/** A UUID is a trace id as it is; of any other id it is a hash. */
function derivedTraceOf(root: string): string {
  const digits = root.replaceAll("-", "");
  return /^(?!0{32})[0-9a-f]{32}$/.test(digits) ? digits : hash("sha256", `trace ${root}`, "hex").slice(0, 32);
}
