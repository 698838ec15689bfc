"use strict";
// Frames over fd 3, blocking: `u32 length | u32 kind | u32 id | bytes`, little-endian. The process has no event loop at work, so
// what is waiting to be sent goes out when there is nothing left to do, or after a millisecond of work.
const { Buffer } = require("node:buffer");
const { readSync, writeSync } = require("node:fs");
const { exit } = require("node:process");
const { load } = require("../frame-kinds.json");

const fd = 3;
const headerBytes = 12;
const bufferBytes = 256 << 10;
const flushAfterMs = 1;
const frameBytesMax = 16 << 20;
const loadBytesMax = 64 << 20;
const now = performance.now.bind(performance);

let input = Buffer.allocUnsafe(bufferBytes);
let start = 0;
let end = 0;
let output = Buffer.allocUnsafe(bufferBytes);
let outputLength = 0;
/** Before the first frame has gone out, none is late. */
let flushedAt = Infinity;

function flush() {
  flushedAt = now();
  let written = 0;
  while (written < outputLength) written += writeSync(fd, output, written, outputLength - written);
  outputLength = 0;
}

/** Puts a frame of one or more parts with what goes out next. */
function send(kind, id, parts) {
  let length = 0;
  for (const part of parts) length += part.length;
  if (outputLength + headerBytes + length > output.length) flush();
  if (headerBytes + length > output.length) output = Buffer.allocUnsafe(headerBytes + length);
  output.writeUInt32LE(length, outputLength);
  output.writeUInt32LE(kind, outputLength + 4);
  output.writeUInt32LE(id, outputLength + 8);
  outputLength += headerBytes;
  for (const part of parts) {
    output.set(part, outputLength);
    outputLength += part.length;
  }
}

/** Forgets the frames that have not gone out. */
function discard() {
  outputLength = 0;
}

/** Lets the host see what is done, when enough work has been done since it last did. */
function showProgress() {
  if (outputLength > 0 && now() - flushedAt > flushAfterMs) flush();
}

/** Reads until `size` bytes from `start` on are in memory. The end of the pipe is the end of the process. */
function readUntil(size) {
  if (end - start >= size) return;
  if (size > input.length - start) {
    const target = size > input.length ? Buffer.allocUnsafe(size) : input;
    input.copy(target, 0, start, end);
    end -= start;
    start = 0;
    input = target;
  }
  flush();
  while (end - start < size) {
    const count = readSync(fd, input, end, input.length - end, null);
    if (count === 0) exit(0);
    end += count;
  }
}

/** The next frame; its payload is a view that is valid until the next call. */
function receive() {
  if (start === end) {
    start = end = 0;
    if (input.length > bufferBytes) input = Buffer.allocUnsafe(bufferBytes);
    if (output.length > bufferBytes && outputLength === 0) output = Buffer.allocUnsafe(bufferBytes);
  }
  readUntil(headerBytes);
  const length = input.readUInt32LE(start);
  const kind = input.readUInt32LE(start + 4);
  const id = input.readUInt32LE(start + 8);
  if (length > (kind === load ? loadBytesMax : frameBytesMax)) exit(70);
  readUntil(headerBytes + length);
  const payload = input.subarray(start + headerBytes, start + headerBytes + length);
  start += headerBytes + length;
  return { kind, id, payload };
}

module.exports = { send, receive, flush, discard, showProgress };
