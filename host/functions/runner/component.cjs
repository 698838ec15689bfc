"use strict";
// The component in this process: compiled once, instantiated again after every trap, because an instance that trapped is dead.
const { Buffer } = require("node:buffer");
const { Script } = require("node:vm");
const { Payload } = require("./payload.cjs");

const now = performance.now.bind(performance);
const { Instance, Memory, Module } = WebAssembly;
const collectGarbage = globalThis.gc;
const utf8 = new TextDecoder();

const levels = ["trace", "debug", "info", "warn", "error"];
/** A dead instance with more memory than this is collected before the next one is made. */
const collectedBytes = 4 << 20;
/** Lines that one call may log; a function in a loop would fill the pipe. */
const linesPerCallMax = 100;
const lineCharsMax = 1_024;
const reasonCharsMax = 2_000;

class Component {
  /** Whether the glue had to be compiled, because there was no code cache or V8 had no use for it. */
  compiled;
  #exports;
  #script;
  #memories = new Set();
  #instantiate;
  #modules;
  #log;
  #lines = 0;
  #lastError = "";
  #answerBytesMax;

  /**
   * `artifact`: a code cache, a header in JSON, the glue's text, the core modules, each with its length in front. `log` takes (level
   * index, text).
   */
  constructor({ artifact, answerBytesMax, log }) {
    this.#log = log;
    this.#answerBytesMax = answerBytesMax;
    const payload = new Payload(artifact);
    const codeCache = payload.part();
    const header = JSON.parse(utf8.decode(payload.part()));
    const glue = utf8.decode(payload.part());
    this.#modules = new Map(header.modules.map((name) => [name, new Module(payload.part())]));
    this.#script = new Script(glue, codeCache.length > 0 ? { cachedData: codeCache } : {});
    // V8 refuses what another version, other flags or another kind of processor made.
    this.compiled = this.#script.cachedDataRejected !== false;
    const exports = {};
    this.#script.runInThisContext()(exports);
    this.#instantiate = exports.instantiate;
    this.start();
  }

  /** What V8 has compiled of the glue so far. */
  codeCache() {
    return this.#script.createCachedData();
  }

  /** Makes a fresh instance. */
  start() {
    this.#memories.clear();
    const imports = { "evento:functions/host": { log: (level, message) => this.#take(level, message) } };
    this.#exports = this.#instantiate(
      (name) => this.#modules.get(name),
      imports,
      (module, coreImports) => {
        const instance = new Instance(module, coreImports);
        for (const value of Object.values(instance.exports)) if (value instanceof Memory) this.#memories.add(value);
        return instance;
      },
    );
  }

  #restart() {
    const large = this.#memoryBytes() > collectedBytes;
    this.#memories.clear();
    if (large) collectGarbage?.();
    this.start();
  }

  describe() {
    return this.#call("describe", [], (value) => {
      if (typeof value !== "string") throw new TypeError("expected a string");
      return { kind: "ok", bytes: Buffer.from(value) };
    });
  }

  handle(command, state) {
    return this.#call("handle", [command, state ?? undefined], outcomeOf);
  }

  aggregate(state, events) {
    return this.#call("aggregate", [state ?? undefined, events], outcomeOf);
  }

  dispatch(event) {
    return this.#call("dispatch", [event], outcomeOf);
  }

  #call(name, values, read) {
    this.#lines = 0;
    this.#lastError = "";
    const began = now();
    let answer;
    try {
      if (this.#exports === undefined) this.#restart();
      const exported = this.#exports[name];
      answer =
        typeof exported === "function"
          ? read(exported(...values))
          : { kind: "failed", reason: `the component exports no ${name}` };
    } catch (error) {
      // Whatever was thrown, the instance may be in the middle of something: never call it again.
      this.#exports = undefined;
      answer = { kind: "failed", reason: this.#trapReason(error) };
    }
    answer.usage = { duration_us: Math.round((now() - began) * 1_000), memory_bytes: this.#memoryBytes() };
    if (answer.kind === "failed") answer.reason = answer.reason.slice(0, reasonCharsMax);
    else if (answer.bytes.length > this.#answerBytesMax)
      return {
        kind: "failed",
        reason: `answered ${answer.bytes.length} bytes, at most ${this.#answerBytesMax} allowed`,
        usage: answer.usage,
      };
    return answer;
  }

  #trapReason(error) {
    const thrown = error instanceof Error ? error.message : String(error);
    const trap = `trapped: ${thrown.replace(/^wasm trap: /, "")}`;
    return this.#lastError === "" ? trap : `${this.#lastError} (${trap})`;
  }

  #memoryBytes() {
    let bytes = 0;
    for (const memory of this.#memories) bytes += memory.buffer.byteLength;
    return bytes;
  }

  #take(level, message) {
    const text = String(message).slice(0, lineCharsMax);
    if (level === "error") this.#lastError = text;
    this.#lines++;
    if (this.#lines > linesPerCallMax) return;
    const last = this.#lines === linesPerCallMax;
    this.#log(
      Math.max(0, levels.indexOf(level)),
      last ? `${text} (what this call logs from here on is dropped)` : text,
    );
  }
}

function outcomeOf(value) {
  if (value?.tag === "ok" && value.val instanceof Uint8Array) return { kind: "ok", bytes: value.val };
  if (value?.tag === "failed" && typeof value.val === "string") return { kind: "failed", reason: value.val };
  throw new TypeError("the answer is not an outcome");
}

module.exports = { Component };
