"use strict";
// One function process: a blocking loop that takes code and calls from the pipe on fd 3 and answers on it. It opens nothing, ever;
// everything it needs is in memory before the first frame comes.
const { Buffer } = require("node:buffer");
const { exit } = require("node:process");
const kinds = require("../frame-kinds.json");
const { Component } = require("./component.cjs");
const { decide } = require("./decide.cjs");
const { Payload } = require("./payload.cjs");
const { discard, flush, receive, send, showProgress } = require("./pipe.cjs");
const { loadFrame, makeRoomForNames, turnFrame } = require("./warm.cjs");

const ok = Buffer.of(0);
const failed = Buffer.of(1);
const nothing = Buffer.alloc(0);
const compiled = Buffer.of(1);
const noUsage = { duration_us: 0, memory_bytes: 0 };
const parse = JSON.parse;

/** What the glue of components and this loop need of the global object; all else goes. */
const globalsKept = new Set(
  (
    "Object Function Array Number Boolean String Symbol BigInt Math JSON Promise Proxy Reflect RegExp Map Set WeakMap WeakSet " +
    "WeakRef FinalizationRegistry Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError " +
    "ArrayBuffer DataView Uint8Array Int8Array Uint8ClampedArray Uint16Array Int16Array Uint32Array Int32Array Float32Array " +
    "Float64Array BigInt64Array BigUint64Array WebAssembly TextEncoder TextDecoder globalThis undefined NaN Infinity isNaN " +
    "isFinite parseInt parseFloat Iterator"
  ).split(" "),
);

let component;
let limits;

function usageBytes(usage) {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeUInt32LE(Math.min(usage.duration_us, 0xffffffff), 0);
  bytes.writeUInt32LE(Math.min(usage.memory_bytes, 0xffffffff), 4);
  return bytes;
}

function answer(id, given) {
  const usage = usageBytes(given.usage);
  if (given.kind === "ok") send(kinds.answer, id, [ok, usage, given.bytes]);
  else send(kinds.answer, id, [failed, usage, Buffer.from(given.reason)]);
}

function answerStep(id, step, events) {
  const usage = usageBytes(step.usage);
  if (step.kind === "failed") {
    send(kinds.step, id, [failed, usage, Buffer.from(step.reason)]);
    return;
  }
  const counts = Buffer.allocUnsafe(8);
  counts.writeUInt32LE(events, 0);
  counts.writeUInt32LE(step.drafts.length, 4);
  send(kinds.step, id, [ok, usage, counts, step.drafts, step.state]);
}

/** The host is told when the glue had to be compiled, so that it has a code cache made. */
function load(payload) {
  try {
    limits = parse(payload.part().toString());
    component = new Component({
      artifact: payload.rest(),
      answerBytesMax: limits.answerBytesMax,
      log: (level, text) => {
        send(kinds.log, 0, [Buffer.of(level), Buffer.from(text)]);
        // What it logs before it loops is worth having.
        showProgress();
      },
    });
    return { kind: "ok", bytes: component.compiled ? compiled : nothing, usage: noUsage };
  } catch (error) {
    return { kind: "failed", reason: `it can't be instantiated: ${error?.message ?? error}`, usage: noUsage };
  }
}

function codeCache() {
  const bytes = component.codeCache();
  return bytes.length > limits.codeCacheBytesMax
    ? { kind: "failed", reason: `the code cache has ${bytes.length} bytes`, usage: noUsage }
    : { kind: "ok", bytes, usage: noUsage };
}

function turn(id, payload) {
  let sequence = payload.f64();
  const time = payload.f64();
  let state = payload.optionalPart();
  const functions = {
    handle: (command, before) => component.handle(command, before),
    aggregate: (before, events) => component.aggregate(before, events),
    eventsMax: limits.eventsMax,
    stateBytesMax: limits.stateBytesMax,
  };
  for (let count = payload.u32(); count > 0; count--) {
    const step = decide(functions, { command: payload.part(), state, sequence, time });
    answerStep(id, step, step.kind === "decided" ? step.sequence - sequence : 0);
    if (step.kind === "decided") ({ state, sequence } = step);
    showProgress();
  }
}

function serve({ kind, id, payload: bytes }) {
  const payload = new Payload(bytes);
  switch (kind) {
    case kinds.load:
      return answer(id, load(payload));
    case kinds.describe:
      return answer(id, component.describe());
    case kinds.codeCache:
      return answer(id, codeCache());
    case kinds.handle: {
      const command = payload.part();
      return answer(id, component.handle(command, payload.optionalPart()));
    }
    case kinds.aggregate: {
      const state = payload.optionalPart();
      return answer(id, component.aggregate(state, payload.rest()));
    }
    case kinds.dispatch:
      return answer(id, component.dispatch(payload.rest()));
    case kinds.turn:
      return turn(id, payload);
    default:
      return exit(70);
  }
}

/** Does what a function's first caller would wait for, as far as it is the same for all of them. */
function warm() {
  serve(loadFrame(nothing));
  serve(loadFrame(component.codeCache()));
  serve(turnFrame());
  discard();
  component = limits = undefined;
  makeRoomForNames();
}

/** A terminal's or service manager's signal is for the host, which ends this process when it has drained. */
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {});
for (const name of Object.getOwnPropertyNames(globalThis))
  // "gc" can't be deleted.
  if (!globalsKept.has(name) && !Reflect.deleteProperty(globalThis, name)) globalThis[name] = undefined;
delete Math.random;

warm();
send(kinds.ready, 0, []);
flush();
for (;;) {
  serve(receive());
  showProgress();
}
