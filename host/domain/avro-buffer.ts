// A buffer that is there already: what is written to it costs no allocation, where avsc's own writing takes one outside the heap.
import type avro from "avsc";

/** What needed more than this is an exception: its memory is given back when it is taken. */
const bytesKept = 1 << 20;

/** A buffer that grows, to which Avro values are written one after the other. */
export class AvroBuffer {
  #buffer: Buffer;
  readonly #bytesAtStart: number;
  #end = 0;

  constructor(sizeBytes: number) {
    this.#bytesAtStart = sizeBytes;
    this.#buffer = Buffer.allocUnsafeSlow(sizeBytes);
  }

  get sizeBytes(): number {
    return this.#end;
  }

  /** What was written; a view that the next write may leave behind. */
  get written(): Buffer {
    return this.#buffer.subarray(0, this.#end);
  }

  /** Leaves room for bytes that are known later, and answers where. */
  skip(count: number): number {
    const at = this.#end;
    this.#require(at + count);
    this.#end = at + count;
    return at;
  }

  write(type: avro.Type, value: unknown): void {
    let end = type.encode(value, this.#buffer, this.#end);
    if (end < 0) {
      this.#require(this.#buffer.length - end);
      end = type.encode(value, this.#buffer, this.#end);
    }
    this.#end = end;
  }

  /** A copy of what was written, from the pool that small buffers share; begins anew. */
  take(): Buffer {
    const { written } = this;
    const copy = Buffer.allocUnsafe(written.length);
    copy.set(written);
    this.#end = 0;
    if (this.#buffer.length > bytesKept) this.#buffer = Buffer.allocUnsafeSlow(this.#bytesAtStart);
    return copy;
  }

  setUInt32(value: number, at: number): void {
    this.#buffer.writeUInt32BE(value, at);
  }

  #require(sizeBytes: number): void {
    if (sizeBytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(sizeBytes, 2 * this.#buffer.length));
    grown.set(this.written);
    this.#buffer = grown;
  }
}
