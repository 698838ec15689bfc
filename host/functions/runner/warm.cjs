"use strict";
// Frames to load and to call a function that does nothing. What Node and V8 set up when a script with a code cache, WebAssembly or
// this folder's own code are first used takes as long as the rest of a function's start; with these it is done beforehand.
const { Buffer } = require("node:buffer");
const kinds = require("../frame-kinds.json");

/** Stands for what jco makes: answers one draft, and a state of no bytes. */
const glue = `(function (exports) {
  exports.instantiate = (getModule, imports, instantiateCore) => {
    const { log } = imports["evento:functions/host"];
    const core = instantiateCore(getModule("core"), { "": { f: ((level) => log(level, "")).bind(null, "info") } });
    const answer = (bytes) => {
      core.exports.g(0, 0, 0, 0, 0);
      return { tag: "ok", val: new Uint8Array(bytes) };
    };
    return { handle: () => answer([2, 0, 0, 0, 0]), aggregate: () => answer([]) };
  };
})`;

/**
 * A module that has what those of components have; V8 compiles the way to an import once for all of the same type, here that of log:
 *
 *     (module
 *       (import "" "f" (func $f (param i32 i32 i32)))
 *       (memory (export "m") 1)
 *       (table (export "t") 1 funcref)
 *       (elem (i32.const 0) $g)
 *       (func $g (export "g") (param i32 i32 i32 i32 i32) (result i32)
 *         (call $f (local.get 0) (local.get 1) (local.get 2))
 *         (i32.load (i32.const 8))))
 */
const core = Buffer.from(
  "AGFzbQEAAAABEAJgA39/fwBgBX9/f39/AX8CBgEAAWYAAAMCAQEEBAFwAAEFAwEAAQcN" +
    "AwFtAgABdAEAAWcAAQkHAQBBAAsBAQoRAQ8AIAAgASACEABBCCgCAAs=",
  "base64",
);

const limits = { eventsMax: 1, stateBytesMax: 0, answerBytesMax: 8, codeCacheBytesMax: 0 };

/** Of names that the table of Node 26 has no room for. */
const namesCount = 500;

function part(bytes) {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function loadFrame(codeCache) {
  const header = JSON.stringify({ modules: ["core"] });
  const parts = [JSON.stringify(limits), codeCache, header, glue, core];
  return { kind: kinds.load, id: 0, payload: Buffer.concat(parts.map((bytes) => part(Buffer.from(bytes)))) };
}

/** One command, all of whose texts are empty, without a state. */
function turnFrame() {
  const numbers = Buffer.alloc(16);
  const none = Buffer.from([0xff, 0xff, 0xff, 0xff]);
  const count = Buffer.from([1, 0, 0, 0]);
  return { kind: kinds.turn, id: 0, payload: Buffer.concat([numbers, none, count, part(Buffer.alloc(10))]) };
}

/** V8's table of names doubles when it is full: 0.4 ms, while a code cache is taken in that brings names. */
function makeRoomForNames() {
  const names = {};
  for (let index = 0; index < namesCount; index++) names[`n${index}`] = true;
}

module.exports = { loadFrame, turnFrame, makeRoomForNames };
