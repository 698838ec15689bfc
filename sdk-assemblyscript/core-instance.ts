// The core module of a function, run in this process: what tests use. In a host the same module runs inside a component, in a
// process of its own; here nothing but its pure calls is needed.
import { instantiateSync } from "@assemblyscript/loader";

import type { Answer } from "../host/ports/functions.ts";

const levels = ["trace", "debug", "info", "warn", "error"] as const;

export type LogLine = { readonly level: (typeof levels)[number]; readonly message: string };

type Exports = { readonly memory: WebAssembly.Memory } & { readonly [name: string]: unknown };

const usage = { duration_us: 0, memory_bytes: 0 };

/** One instance. After a trap it is dead, as in a host: the next call gets a fresh one. */
export class CoreInstance {
  readonly #core: Uint8Array;
  #exports: Exports | undefined;
  #lines: LogLine[] = [];

  constructor(core: Uint8Array) {
    this.#core = core;
  }

  has(name: string): boolean {
    return typeof this.#started()[name] === "function";
  }

  /** How much memory the instance has taken. */
  get memoryBytes(): number {
    return this.#started().memory.buffer.byteLength;
  }

  /** What the calls so far have logged; forgets it. */
  takeLog(): readonly LogLine[] {
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  describe(): string {
    const exports = this.#started();
    const at = numberOf(call(exports, "describe", []));
    const view = new DataView(exports.memory.buffer);
    const text = textAt(exports, view.getUint32(at, true), view.getUint32(at + 4, true));
    call(exports, "cabi_post_describe", [at]);
    return text;
  }

  handle(command: Uint8Array, state: Uint8Array | null): Answer {
    return this.#answer("handle", (exports) => [...lowered(exports, command), ...loweredOption(exports, state)]);
  }

  aggregate(state: Uint8Array | null, events: Uint8Array): Answer {
    return this.#answer("aggregate", (exports) => [...loweredOption(exports, state), ...lowered(exports, events)]);
  }

  dispatch(event: Uint8Array): Answer {
    return this.#answer("dispatch", (exports) => lowered(exports, event));
  }

  #answer(name: string, parametersOf: (exports: Exports) => readonly number[]): Answer {
    try {
      const exports = this.#started();
      const at = numberOf(call(exports, name, parametersOf(exports)));
      const view = new DataView(exports.memory.buffer);
      const tag = view.getUint32(at, true);
      const pointer = view.getUint32(at + 4, true);
      const length = view.getUint32(at + 8, true);
      const answer: Answer =
        tag === 0
          ? { kind: "ok", bytes: new Uint8Array(exports.memory.buffer).slice(pointer, pointer + length), usage }
          : { kind: "failed", reason: textAt(exports, pointer, length), usage };
      call(exports, `cabi_post_${name}`, [at]);
      return answer;
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) throw error;
      this.#exports = undefined;
      const said = this.#lines.findLast(({ level }) => level === "error")?.message;
      return { kind: "failed", reason: `trapped: ${said ?? error.message}`, usage };
    }
  }

  #started(): Exports {
    this.#exports ??= instantiateSync<{ readonly memory: WebAssembly.Memory } & { [name: string]: unknown }>(
      this.#core,
      {
        "evento:functions/host@1.0.0": {
          log: (level: number, pointer: number, length: number) => {
            const exports = this.#exports;
            if (exports === undefined) return;
            this.#lines.push({ level: levels[level] ?? "info", message: textAt(exports, pointer, length) });
          },
        },
      },
    ).exports;
    return this.#exports;
  }
}

function call(exports: Exports, name: string, parameters: readonly number[]): unknown {
  const exported = exports[name];
  if (typeof exported !== "function") throw new Error(`the function does not export ${name}: is its file there?`);
  return exported(...parameters);
}

function numberOf(value: unknown): number {
  if (typeof value !== "number") throw new Error(`found ${typeof value} as an answer, expected a pointer`);
  return value >>> 0;
}

function textAt({ memory }: Exports, pointer: number, length: number): string {
  return Buffer.from(memory.buffer, pointer, length).toString("utf8");
}

/** Puts bytes into the function's memory, as the canonical ABI does: pointer and length. */
function lowered(exports: Exports, bytes: Uint8Array): readonly number[] {
  const pointer = numberOf(call(exports, "cabi_realloc", [0, 0, 1, bytes.length]));
  new Uint8Array(exports.memory.buffer).set(bytes, pointer);
  return [pointer, bytes.length];
}

function loweredOption(exports: Exports, bytes: Uint8Array | null): readonly number[] {
  return bytes === null ? [0, 0, 0] : [1, ...lowered(exports, bytes)];
}
