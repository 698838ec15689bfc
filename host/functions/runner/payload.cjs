"use strict";
// Reading what is inside a frame: little-endian numbers, and bytes with a `u32` length in front.
const noneLength = 0xffffffff;

class Payload {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  u32() {
    this.at += 4;
    return this.bytes.readUInt32LE(this.at - 4);
  }

  f64() {
    this.at += 8;
    return this.bytes.readDoubleLE(this.at - 8);
  }

  part() {
    return this.#take(this.u32());
  }

  /** Bytes, or null for a length of 2^32 - 1. */
  optionalPart() {
    const length = this.u32();
    return length === noneLength ? null : this.#take(length);
  }

  rest() {
    return this.#take(this.bytes.length - this.at);
  }

  #take(length) {
    if (length > this.bytes.length - this.at) throw new Error("a part is longer than its frame");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
}

module.exports = { Payload };
