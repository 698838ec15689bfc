// Writes Avro binary into memory that is used again and again, and gathers what is wrong with the value on the way.
import { EventoError } from "../errors.ts";
import { stateBytesMax, valueDepthMax, valueItemsMax } from "../limits.ts";
import { FaultList } from "./fault-list.ts";
import { ValuePath } from "./value-path.ts";

const bytesAtStart = 4 << 10;
/** A value that needed more than this is an exception: its memory is given back. */
const bytesKept = 1 << 20;

/** Text up to here is written faster in a loop than by a call out of JavaScript; its length takes one byte. */
const shortText = 20;

export class ByteSink {
  readonly path = new ValuePath();
  readonly faults = new FaultList();
  #bytes: Buffer = Buffer.allocUnsafeSlow(bytesAtStart);
  #length = 0;
  #items = 0;

  readonly #bytesMax: number;

  constructor({ bytesMax = stateBytesMax }: { bytesMax?: number } = {}) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Starts over with nothing. */
  open(pathPrefix: string): void {
    this.#length = 0;
    this.#items = 0;
    this.faults.clear();
    this.path.restart(pathPrefix);
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    // A Buffer: to make one of a small array, which lies on the heap, costs more than the copy.
    const written = Buffer.allocUnsafe(this.#length);
    this.#bytes.copy(written, 0, 0, this.#length);
    if (this.#bytes.length > bytesKept) this.#bytes = Buffer.allocUnsafeSlow(bytesAtStart);
    return written;
  }

  /** Notes that the value at the path reached is off its schema; what is written from then on does not matter. */
  fault(message: string): void {
    this.faults.add(this.path.toString(), message);
  }

  /** Goes into a record, array or map; false, with a fault noted, when that is too deep. */
  enter(): boolean {
    if (this.path.enter()) return true;
    this.fault(`is nested deeper than ${valueDepthMax} levels`);
    return false;
  }

  leave(): void {
    this.path.leave();
  }

  /** Counts items of arrays and maps, and empty records; false, with a fault noted, when the value has too many. */
  countItems(count: number): boolean {
    this.#items += count;
    if (this.#items <= valueItemsMax) return true;
    this.fault(`has more than ${valueItemsMax} items with those before it`);
    return false;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    if (needed > this.#bytesMax)
      throw new EventoError(
        "PAYLOAD_INVALID",
        `found a value of more than ${this.#bytesMax} bytes, expected a smaller one`,
        {
          faults: [{ path: this.path.toString(), message: `goes beyond ${this.#bytesMax} bytes` }],
        },
      );
    const grown = Buffer.allocUnsafeSlow(Math.min(this.#bytesMax, Math.max(needed, this.#bytes.length * 2)));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }

  byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  int(value: number): void {
    this.#reserve(5);
    let zigzag = (value << 1) ^ (value >> 31);
    while (zigzag & ~0x7f) {
      this.#bytes[this.#length++] = (zigzag & 0x7f) | 0x80;
      zigzag >>>= 7;
    }
    this.#bytes[this.#length++] = zigzag;
  }

  /** A number has to be a safe integer, a bigint has to fit into 64 bits. */
  long(value: number | bigint): void {
    if (typeof value === "bigint") {
      this.#wideLong(value);
      return;
    }
    if (value >= -0x4000_0000 && value < 0x4000_0000) {
      this.int(value);
      return;
    }
    if (value >= 0x10_0000_0000_0000 || value < -0x10_0000_0000_0000) {
      this.#wideLong(BigInt(value));
      return;
    }
    this.#reserve(10);
    let zigzag = value < 0 ? -2 * value - 1 : 2 * value;
    while (zigzag >= 0x80) {
      this.#bytes[this.#length++] = (zigzag % 0x80) | 0x80;
      zigzag = Math.floor(zigzag / 0x80);
    }
    this.#bytes[this.#length++] = zigzag;
  }

  #wideLong(value: bigint): void {
    this.#reserve(10);
    let zigzag = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    while (zigzag >= 0x80n) {
      this.#bytes[this.#length++] = Number(zigzag & 0x7fn) | 0x80;
      zigzag >>= 7n;
    }
    this.#bytes[this.#length++] = Number(zigzag);
  }

  float(value: number): void {
    this.#reserve(4);
    this.#length = this.#bytes.writeFloatLE(value, this.#length);
  }

  double(value: number): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  /** A number of so many bytes, at most 6, in two's complement. */
  bigEndian(value: number, length: number): void {
    this.#reserve(length);
    this.#length = this.#bytes.writeIntBE(value, this.#length, length);
  }

  /** Bytes as they are, without their length. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Bytes after their length. */
  bytes(bytes: Uint8Array): void {
    this.long(bytes.length);
    this.raw(bytes);
  }

  text(text: string): void {
    if (text.length <= shortText && this.#shortText(text)) return;
    const length = Buffer.byteLength(text);
    this.long(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** Writes a text of ASCII alone, or returns false with nothing written. */
  #shortText(text: string): boolean {
    this.#reserve(1 + text.length);
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= 0x80) return false;
      this.#bytes[this.#length + 1 + at] = code;
    }
    this.#bytes[this.#length] = text.length * 2;
    this.#length += 1 + text.length;
    return true;
  }
}
