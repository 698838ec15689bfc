// Functions that are plain code in the host's own process, for tests of what calls functions: the port's promises, but no isolation.
import { hash } from "node:crypto";

import { EventoError, reasonOf } from "../errors.ts";
import { eventsPerCommandMax, stateBytesMax } from "../limits.ts";
import type {
  Answer,
  CheckedFunction,
  FunctionKind,
  FunctionRef,
  Functions,
  FunctionStatus,
  Step,
  Turn,
  Usage,
} from "../ports/functions.ts";
import { decide } from "./runner/decide.cjs";

/** A function as code over Avro bytes. What it throws is its failure: the message is the reason. */
export type PlainFunction = {
  readonly kinds: readonly FunctionKind[];
  /** What `describe` answers, parsed. */
  readonly description: unknown;
  readonly handle?: (command: Uint8Array, state: Uint8Array | null) => Uint8Array;
  readonly aggregate?: (state: Uint8Array | null, events: Uint8Array) => Uint8Array;
  readonly dispatch?: (event: Uint8Array) => Uint8Array;
};

const usage: Usage = { duration_us: 0, memory_bytes: 0 };

type Counts = { calls: number; failures: number; errors: { time: number; reason: string }[]; active: boolean };

/** The bytes that stand for a component of this name. */
export function plainComponent(name: string): Uint8Array {
  return new TextEncoder().encode(name);
}

/** The port over plain functions, each known by the name that its "component" has as bytes. */
export class MemoryFunctions implements Functions {
  readonly #plain = new Map<string, PlainFunction>();
  readonly #kept = new Map<string, { readonly component: Uint8Array; readonly name: string }>();
  readonly #counts = new Map<string, Counts>();
  readonly #unavailable = new Set<string>();

  constructor(functions: { readonly [component: string]: PlainFunction } = {}) {
    for (const [component, plain] of Object.entries(functions)) this.#plain.set(component, plain);
  }

  /** Adds a function, or puts another in place of one. */
  register(component: string, plain: PlainFunction): void {
    this.#plain.set(component, plain);
  }

  /** Whether calls of functions deployed under this name throw FUNCTION_UNAVAILABLE, as they do while a process can't be had. */
  available(name: string, available: boolean): void {
    if (available) this.#unavailable.delete(name);
    else this.#unavailable.add(name);
  }

  async check(component: Uint8Array): Promise<CheckedFunction> {
    const name = new TextDecoder().decode(component);
    const plain = this.#plain.get(name);
    if (plain === undefined)
      throw new EventoError(
        "FUNCTION_REFUSED",
        `found ${JSON.stringify(name.slice(0, 100))}, expected the name of one of ${[...this.#plain.keys()].join(", ")}`,
      );
    const digest = hash("sha256", component);
    this.#kept.set(digest, { component: component.slice(), name });
    return { digest, kinds: plain.kinds, description: plain.description };
  }

  async component(digest: string): Promise<Uint8Array | undefined> {
    return this.#kept.get(digest)?.component;
  }

  async activate(fn: FunctionRef): Promise<void> {
    this.#plainOf(fn);
    this.#countsOf(fn.name).active = true;
  }

  async retire(name: string): Promise<void> {
    this.#countsOf(name).active = false;
  }

  async turn(fn: FunctionRef, turn: Turn): Promise<readonly Step[]> {
    const plain = this.#plainOf(fn);
    const functions = {
      handle: (command: Uint8Array, state: Uint8Array | null) => answerOf("handle", plain.handle, command, state),
      aggregate: (state: Uint8Array | null, events: Uint8Array) =>
        answerOf("aggregate", plain.aggregate, state, events),
      eventsMax: eventsPerCommandMax,
      stateBytesMax,
    };
    const steps: Step[] = [];
    let { state, sequence } = turn;
    for (const command of turn.commands) {
      const step = decide(functions, { command, state, sequence, time: turn.time });
      this.#count(fn.name, step.kind === "failed" ? step.reason : undefined);
      if (step.kind === "failed") {
        steps.push(step);
        continue;
      }
      ({ state, sequence } = step);
      steps.push({ kind: "decided", drafts: step.drafts, state: step.state, usage: step.usage });
    }
    return steps;
  }

  async handle(fn: FunctionRef, call: { command: Uint8Array; state: Uint8Array | null }): Promise<Answer> {
    return this.#answered(fn, answerOf("handle", this.#plainOf(fn).handle, call.command, call.state));
  }

  async aggregate(fn: FunctionRef, call: { state: Uint8Array | null; events: Uint8Array }): Promise<Answer> {
    return this.#answered(fn, answerOf("aggregate", this.#plainOf(fn).aggregate, call.state, call.events));
  }

  async dispatch(fn: FunctionRef, call: { event: Uint8Array }): Promise<Answer> {
    return this.#answered(fn, answerOf("dispatch", this.#plainOf(fn).dispatch, call.event));
  }

  status(name: string): FunctionStatus {
    const counts = this.#counts.get(name);
    const down = this.#unavailable.has(name);
    return {
      state: down ? "failing" : counts?.active === true ? "running" : "idle",
      processes: [],
      calls: counts?.calls ?? 0,
      failures: counts?.failures ?? 0,
      restarts: 0,
      latency_us: { mean: 0, max: 0 },
      last_errors: counts?.errors ?? [],
    };
  }

  async close(): Promise<void> {}

  #plainOf(fn: FunctionRef): PlainFunction {
    const name = this.#kept.get(fn.digest)?.name;
    const plain = name === undefined ? undefined : this.#plain.get(name);
    if (plain === undefined || this.#unavailable.has(fn.name))
      throw new EventoError("FUNCTION_UNAVAILABLE", `${fn.name} can't be run now`, { retryable: true });
    return plain;
  }

  #countsOf(name: string): Counts {
    let counts = this.#counts.get(name);
    if (counts === undefined) {
      counts = { calls: 0, failures: 0, errors: [], active: false };
      this.#counts.set(name, counts);
    }
    return counts;
  }

  #count(name: string, reason: string | undefined): void {
    const counts = this.#countsOf(name);
    counts.calls++;
    if (reason === undefined) return;
    counts.failures++;
    counts.errors = [{ time: 0, reason }, ...counts.errors].slice(0, 10);
  }

  #answered(fn: FunctionRef, answer: Answer): Answer {
    this.#count(fn.name, answer.kind === "failed" ? answer.reason : undefined);
    return answer;
  }
}

function answerOf<Values extends readonly unknown[]>(
  name: string,
  code: ((...values: Values) => Uint8Array) | undefined,
  ...values: Values
): Answer {
  if (code === undefined) return { kind: "failed", reason: `the component exports no ${name}`, usage };
  try {
    return { kind: "ok", bytes: code(...values), usage };
  } catch (error) {
    return { kind: "failed", reason: reasonOf(error), usage };
  }
}
