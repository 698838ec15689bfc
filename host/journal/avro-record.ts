// Avro records as the journal stores them: written into a buffer that is there already, so that an entry costs no allocation.
import avro from "avsc";

/** Makes the Avro type of a record from its fields. */
export function recordType(name: string, fields: readonly object[]): avro.Type {
  // avsc's types want mutable, exact schemas; the shape is checked by avsc itself.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const schema = { type: "record", name, fields } as unknown as avro.Schema;
  return avro.Type.forSchema(schema, { wrapUnions: false });
}

export const text = (name: string): object => ({ name, type: "string" });
export const long = (name: string): object => ({ name, type: "long" });
export const bytes = (name: string): object => ({ name, type: "bytes" });
export const texts = (name: string): object => ({ name, type: { type: "array", items: "string" } });

/** A buffer that grows, to which Avro values are written one after the other. */
export class AvroBuffer {
  #buffer: Buffer;
  #end = 0;

  constructor(sizeBytes: number) {
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
