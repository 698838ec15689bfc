// Writes Avro binary into memory that is used again and again, and gathers what is wrong with the value on the way.
import { EventoError } from "../errors.ts";
import { stateBytesMax, valueDepthMax, valueItemsMax } from "../limits.ts";
import { FaultList } from "./fault-list.ts";
import { ValuePath } from "./value-path.ts";

const bytesAtStart = 4 << 10;
/** A value that needed more than this is an exception: its memory is given back. */
const bytesKept = 1 << 20;

export class ByteSink {
  readonly path = new ValuePath();
  readonly faults = new FaultList();
  #bytes: Buffer = Buffer.allocUnsafeSlow(bytesAtStart);
  #length = 0;
  #items = 0;

  /** Starts over with nothing. */
  open(pathPrefix: string): void {
    this.#length = 0;
    this.#items = 0;
    this.faults.clear();
    this.path.restart(pathPrefix);
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    const written = new Uint8Array(this.#length);
    written.set(this.#bytes.subarray(0, this.#length));
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

  /** Counts items of arrays and maps; false, with a fault noted, when the value has too many. */
  countItems(count: number): boolean {
    this.#items += count;
    if (this.#items <= valueItemsMax) return true;
    this.fault(`has more than ${valueItemsMax} items with those before it`);
    return false;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    if (needed > stateBytesMax)
      throw new EventoError(
        "PAYLOAD_INVALID",
        `found a value of more than ${stateBytesMax} bytes, expected a smaller one`,
        {
          faults: [{ path: this.path.toString(), message: `goes beyond ${stateBytesMax} bytes` }],
        },
      );
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
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
    const length = Buffer.byteLength(text);
    this.long(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(text, this.#length);
  }
}
