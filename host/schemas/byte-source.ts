// Reads Avro binary that is not to be trusted. Nothing is taken before it is known to be there, and nothing is made that is larger
// than what was read: five bytes can claim an array of a billion items.
import { isUtf8 } from "node:buffer";

import { bufferOver } from "../domain/buffer-view.ts";
import { EventoError } from "../errors.ts";
import { valueDepthMax, valueItemsMax } from "../limits.ts";
import { ValuePath } from "./value-path.ts";

const nothing = Buffer.alloc(0);

/** Bytes whose values a number holds exactly: 7 × 7 bits are less than 53. */
const exactVarintBytes = 7;

export class ByteSource {
  readonly path = new ValuePath();
  #bytes: Buffer = nothing;
  #position = 0;
  #items = 0;

  get position(): number {
    return this.#position;
  }

  /** Starts over with other bytes. */
  open(bytes: Uint8Array, pathPrefix: string): void {
    this.#bytes = bufferOver(bytes);
    this.#position = 0;
    this.#items = 0;
    this.path.restart(pathPrefix);
  }

  /** Lets go of the bytes, so that they can be freed. */
  close(): void {
    this.#bytes = nothing;
  }

  seek(position: number): void {
    this.#position = position;
  }

  refuse(found: string, expected: string): EventoError {
    const path = this.path.toString();
    const message = `found ${found} at byte ${this.#position}, expected ${expected}`;
    return new EventoError("AVRO_INVALID", path === "" ? message : `${path}: ${message}`, {
      hint: "the bytes were not written with this schema",
      faults: [{ path, message }],
    });
  }

  end(): void {
    if (this.#position !== this.#bytes.length)
      throw this.refuse(`${this.#bytes.length - this.#position} more bytes`, "the end");
  }

  enter(): void {
    if (!this.path.enter()) throw this.refuse(`more than ${valueDepthMax} levels`, "a shallower value");
  }

  leave(): void {
    this.path.leave();
  }

  byte(): number {
    const byte = this.#bytes[this.#position];
    if (byte === undefined) throw this.refuse("the end", "another byte");
    this.#position++;
    return byte;
  }

  /** The next bytes as a view. */
  take(length: number): Buffer {
    const start = this.#position;
    this.skip(length);
    return this.#bytes.subarray(start, this.#position);
  }

  skip(length: number): void {
    if (length > this.#bytes.length - this.#position)
      throw this.refuse(`${this.#bytes.length - this.#position} bytes to the end`, `${length} bytes`);
    this.#position += length;
  }

  /** The bytes read since a position, as a view. */
  since(start: number): Buffer {
    return this.#bytes.subarray(start, this.#position);
  }

  int(): number {
    const first = this.#bytes[this.#position];
    if (first !== undefined && first < 0x80) {
      this.#position++;
      return (first >>> 1) ^ -(first & 1);
    }
    const start = this.#position;
    const value = this.long();
    if (typeof value === "number" && value >= -0x8000_0000 && value <= 0x7fff_ffff) return value;
    this.#position = start;
    throw this.refuse(`${value}`, "an int of 32 bits");
  }

  /** A bigint only where a number would not be exact. */
  long(): number | bigint {
    const start = this.#position;
    let value = 0;
    let factor = 1;
    for (let length = 1; length <= exactVarintBytes; length++) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (byte === 0 && length > 1) throw this.refuseLong(start);
        return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      }
      factor *= 128;
    }
    this.#position = start;
    return this.#wideLong();
  }

  #wideLong(): number | bigint {
    const start = this.#position;
    this.skipLong();
    let zigzag = 0n;
    for (let at = this.#position - 1; at >= start; at--)
      zigzag = (zigzag << 7n) | BigInt((this.#bytes[at] ?? 0) & 0x7f);
    const value = (zigzag >> 1n) ^ -(zigzag & 1n);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }

  skipLong(): void {
    const start = this.#position;
    for (let length = 1; length <= 10; length++) {
      const byte = this.byte();
      if (byte >= 0x80) continue;
      // One number has one encoding: no zeros in front, and the tenth byte has room for one bit.
      if ((byte === 0 && length > 1) || (length === 10 && byte > 1)) break;
      return;
    }
    throw this.refuseLong(start);
  }

  refuseLong(start: number): EventoError {
    this.#position = start;
    return this.refuse("an overlong number", "a number in its shortest form, of at most 64 bits");
  }

  /** The length of bytes or text, of which so many are there. */
  length(): number {
    const start = this.#position;
    const length = this.long();
    if (typeof length === "number" && length >= 0 && length <= this.#bytes.length - this.#position) return length;
    const left = this.#bytes.length - this.#position;
    this.#position = start;
    throw this.refuse(`a length of ${length}`, `0 to ${left}`);
  }

  /** Index into `count` symbols or branches. */
  index(count: number, ofWhat: string): number {
    const start = this.#position;
    const index = this.long();
    if (typeof index === "number" && index >= 0 && index < count) return index;
    this.#position = start;
    throw this.refuse(`${ofWhat} ${index}`, `0 to ${count - 1}`);
  }

  float(): number {
    this.skip(4);
    return this.#bytes.readFloatLE(this.#position - 4);
  }

  double(): number {
    this.skip(8);
    return this.#bytes.readDoubleLE(this.#position - 8);
  }

  /** A number of so many bytes, at most 6, in two's complement. */
  bigEndian(length: number): number {
    this.skip(length);
    return this.#bytes.readIntBE(this.#position - length, length);
  }

  text(): string {
    const start = this.skipText();
    return this.#bytes.toString("utf8", start, this.#position);
  }

  /** Checks a text without making a string of it, and returns where it starts. */
  skipText(): number {
    const length = this.length();
    const bytes = this.#bytes;
    const start = this.#position;
    const end = start + length;
    let at = start;
    while (at < end && (bytes[at] ?? 0x80) < 0x80) at++;
    if (at < end && !isUtf8(bytes.subarray(start, end))) throw this.refuse("bytes that are not UTF-8", "text");
    this.#position = end;
    return start;
  }

  /** Counts what may be there without taking a byte: items of arrays and maps, and empty records. */
  countItems(count: number): void {
    this.#items += count;
    if (this.#items > valueItemsMax) throw this.refuse(`${this.#items} items`, `at most ${valueItemsMax} in one value`);
  }

  /**
   * Walks the blocks of an array or map. The count of items is bounded for the whole value, since an item may take no bytes.
   *
   * @param item - is called with each item's index at its first byte.
   * @param block - is called with the count of items of each block before them.
   */
  blocks(item: (index: number) => void, block?: (count: number) => void): void {
    let index = 0;
    for (;;) {
      const header = Number(this.long());
      if (header === 0) break;
      const count = Math.abs(header);
      // A negative count is followed by the size of the block.
      const end = header < 0 ? this.length() + this.#position : -1;
      this.countItems(count);
      block?.(count);
      this.enter();
      for (const last = index + count; index < last; index++) {
        this.path.at(index);
        item(index);
      }
      this.leave();
      if (end !== -1 && end !== this.#position) throw this.refuse("the end of a block", `it at byte ${end}`);
    }
  }
}
