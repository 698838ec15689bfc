// The deploy gate: what is uploaded is not believed until it has passed here, and what has passed is kept by its digest.
//
//   size ─► component? ─► world of evento.wit? ─► jco ─► caps ─► describe, smoke calls ─► kept
//           (bytes)      └──── throw-away process ────┘ └── throw-away sealed process ──┘
import { hash } from "node:crypto";

import {
  checksWaitingMax,
  codeCacheBytesMax,
  componentBytesMax,
  eventsPerCommandMax,
  frameBytesMax,
  recentArtifactsBytesMax,
  stateBytesMax,
} from "../limits.ts";
import { EventoError } from "../errors.ts";
import type { CheckedFunction, FunctionKind } from "../ports/functions.ts";
import { withCodeCache } from "./artifact.ts";
import type { ComponentStore } from "./component-store.ts";
import type { FunctionProcess } from "./function-process.ts";
import { part } from "./payload.ts";
import { RecentArtifacts } from "./recent-artifacts.ts";
import { toolchainName, transpile } from "./transpiler.ts";
import { type Tried, tryComponent } from "./trial.ts";

const wasmMagic = Buffer.from([0x00, 0x61, 0x73, 0x6d]);
const coreVersion = Buffer.from([0x01, 0x00, 0x00, 0x00]);
const componentVersion = Buffer.from([0x0d, 0x00, 0x01, 0x00]);

/** What the function process has to know of the host's limits. */
const runnerLimits = part(
  Buffer.from(
    JSON.stringify({
      eventsMax: eventsPerCommandMax,
      stateBytesMax,
      answerBytesMax: frameBytesMax - stateBytesMax - 1_024,
      codeCacheBytesMax,
    }),
  ),
);

export class Gate {
  readonly #store: ComponentStore;
  readonly #takeProcess: () => Promise<FunctionProcess>;
  readonly #loadMs: number;
  readonly #deadlineMs: number;
  readonly #toolchain = toolchainName();
  readonly #checks = new Map<string, Promise<CheckedFunction>>();
  readonly #artifacts = new Map<string, Promise<Uint8Array>>();
  readonly #recent = new RecentArtifacts({ bytesMax: recentArtifactsBytesMax });
  /** Components whose code cache this host made again: one that V8 refuses nonetheless is not made for ever. */
  readonly #compiled = new Set<string>();
  readonly #closing = new AbortController();
  /** One at a time: each takes hundreds of MiB for a moment. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(given: {
    readonly store: ComponentStore;
    readonly takeProcess: () => Promise<FunctionProcess>;
    readonly loadMs: number;
    readonly deadlineMs: number;
  }) {
    this.#store = given.store;
    this.#takeProcess = given.takeProcess;
    this.#loadMs = given.loadMs;
    this.#deadlineMs = given.deadlineMs;
  }

  /** @throws EventoError FUNCTION_REFUSED; GATE_BUSY (retryable) */
  async check(component: Uint8Array): Promise<CheckedFunction> {
    checkBytes(component);
    const digest = hash("sha256", component);
    const known = await this.#store.checked(digest);
    if (known !== undefined && (await this.#store.isWhole(digest))) return known;
    const running = this.#checks.get(digest);
    if (running !== undefined) return await running;
    if (this.#checks.size >= checksWaitingMax)
      throw new EventoError("GATE_BUSY", `${checksWaitingMax} components are being checked already`, {
        retryable: true,
      });
    const check = this.#inTurn(() => this.#checkNew(component, digest)).finally(() => this.#checks.delete(digest));
    this.#checks.set(digest, check);
    return await check;
  }

  /** What a process is sent to become the function. @throws EventoError FUNCTION_UNAVAILABLE */
  async load(digest: string): Promise<readonly Uint8Array[]> {
    return [...runnerLimits, this.#recent.get(digest) ?? (await this.#kept(digest))];
  }

  async #kept(digest: string): Promise<Uint8Array> {
    const artifact = (await this.#store.artifact(digest, this.#toolchain)) ?? (await this.#remade(digest));
    this.#recent.put(digest, artifact);
    return artifact;
  }

  /** Has a code cache made, in its turn; until it is kept, and if it never is, the function only starts more slowly. */
  compile(digest: string): void {
    if (this.#compiled.has(digest)) return;
    this.#compiled.add(digest);
    this.#inTurn(() => this.#compile(digest)).catch(() => {});
  }

  /** Ends what is being checked, and what waits to be, as unavailable. */
  async close(): Promise<void> {
    this.#closing.abort(new EventoError("FUNCTION_UNAVAILABLE", "the host is closing", { retryable: true }));
    await this.#last;
  }

  async #checkNew(component: Uint8Array, digest: string): Promise<CheckedFunction> {
    const { kinds, artifact } = await transpile(component, { signal: this.#closing.signal });
    const { description, codeCache } = await this.#try(artifact, kinds);
    const checked = { digest, kinds, description };
    await this.#store.keep({
      component,
      checked,
      artifact: withCodeCache(artifact, codeCache),
      toolchain: this.#toolchain,
    });
    return checked;
  }

  async #compile(digest: string): Promise<void> {
    const checked = await this.#store.checked(digest);
    const artifact = await this.#store.artifact(digest, this.#toolchain);
    if (checked === undefined || artifact === undefined) return;
    const { codeCache } = await this.#try(withCodeCache(artifact, new Uint8Array(0)), checked.kinds);
    const compiled = withCodeCache(artifact, codeCache);
    await this.#store.keepArtifact(digest, this.#toolchain, compiled);
    this.#recent.put(digest, compiled);
  }

  async #try(artifact: Uint8Array, kinds: readonly FunctionKind[]): Promise<Tried> {
    return await tryComponent({
      process: await this.#takeProcess(),
      load: [...runnerLimits, artifact],
      kinds,
      loadMs: this.#loadMs,
      deadlineMs: this.#deadlineMs,
    });
  }

  /** The artifact of a component that was kept under another toolchain, or whose artifact is damaged. */
  #remade(digest: string): Promise<Uint8Array> {
    const running = this.#artifacts.get(digest);
    if (running !== undefined) return running;
    const remade = this.#inTurn(() => this.#remake(digest)).finally(() => this.#artifacts.delete(digest));
    this.#artifacts.set(digest, remade);
    return remade;
  }

  async #remake(digest: string): Promise<Uint8Array> {
    const component = await this.#store.component(digest);
    if (component === undefined)
      throw new EventoError("FUNCTION_UNAVAILABLE", `the component ${digest} is not in the store`, {
        retryable: true,
        hint: "restore the components folder, or deploy the function again",
      });
    const { artifact } = await transpile(component, { signal: this.#closing.signal });
    await this.#store.keepArtifact(digest, this.#toolchain, artifact);
    return artifact;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const { signal } = this.#closing;
    const inTurn = async (): Promise<Result> => {
      signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        // A component whose trial was cut off is not to blame.
        signal.throwIfAborted();
        throw error;
      }
    };
    const turn = this.#last.then(inTurn);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

/** What can be said of bytes without running anything. @throws EventoError FUNCTION_REFUSED */
function checkBytes(component: Uint8Array): void {
  if (component.length > componentBytesMax)
    throw refused(`found ${component.length} bytes, at most ${componentBytesMax} allowed`);
  const bytes = Buffer.from(component.buffer, component.byteOffset, Math.min(component.length, 8));
  if (!bytes.subarray(0, 4).equals(wasmMagic)) throw refused("found no WebAssembly, expected a component");
  const version = bytes.subarray(4, 8);
  if (version.equals(componentVersion)) return;
  if (version.equals(coreVersion))
    throw refused(
      "found a core module, expected a component",
      "wrap it: `evento build`, or `jco embed` with evento.wit and then `jco new`",
    );
  throw refused(`found WebAssembly of version ${version.toString("hex")}, expected a component (0d000100)`);
}

function refused(message: string, hint?: string): EventoError {
  return new EventoError("FUNCTION_REFUSED", message, hint === undefined ? {} : { hint });
}
