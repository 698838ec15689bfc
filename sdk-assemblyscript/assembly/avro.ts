// Avro binary over raw memory. A Reader never reads past its end: what is cut or lies about a length traps with a message.

/** A value that may be missing where AssemblyScript has no `T | null`: numbers, booleans, enums. */
@final
export class Box<T> {
  constructor(public value: T) {}
}

/** The type of what is always null: there is no value of it. */
@final
export class Null {
  private constructor() {}
}

/** Bytes that generated code holds as text. */
export function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length >> 1);
  for (let index = 0; index < bytes.length; index++)
    bytes[index] = <u8>parseInt(hex.substr(index << 1, 2), 16);
  return bytes;
}

@final
export class Reader {
  constructor(
    public at: usize,
    public end: usize,
  ) {}

  @inline private need(count: usize): void {
    if (count > this.end - this.at) throw new Error("avro: the bytes end too early");
  }

  readLong(): i64 {
    let at = this.at;
    let value: u64 = 0;
    let shift: u64 = 0;
    let byte: u64;
    do {
      if (at >= this.end || shift > 63) throw new Error("avro: not a number");
      byte = load<u8>(at++);
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    this.at = at;
    return <i64>(value >> 1) ^ -(<i64>(value & 1));
  }

  readInt(): i32 {
    const value = this.readLong();
    if (value < <i64>i32.MIN_VALUE || value > <i64>i32.MAX_VALUE) throw new Error("avro: a number beyond int");
    return <i32>value;
  }

  readLength(): usize {
    const length = this.readLong();
    if (length < 0 || <u64>length > <u64>(this.end - this.at)) throw new Error("avro: a length beyond the bytes");
    return <usize>length;
  }

  /** Goes over bytes that are there, as `readLength` has seen to. */
  @inline skip(length: usize): void {
    this.at += length;
  }

  readBoolean(): bool {
    this.need(1);
    return load<u8>(this.at++) != 0;
  }

  readFloat(): f32 {
    this.need(4);
    const value = load<f32>(this.at);
    this.at += 4;
    return value;
  }

  readDouble(): f64 {
    this.need(8);
    const value = load<f64>(this.at);
    this.at += 8;
    return value;
  }

  readBytes(): Uint8Array {
    return this.readFixed(<i32>this.readLength());
  }

  readFixed(length: i32): Uint8Array {
    this.need(<usize>length);
    const bytes = new Uint8Array(length);
    memory.copy(bytes.dataStart, this.at, <usize>length);
    this.at += <usize>length;
    return bytes;
  }

  readString(): string {
    const length = this.readLength();
    const start = this.at;
    this.at += length;
    // Most text is ASCII: one widening pass without a UTF-8 state machine.
    const text = changetype<string>(__new(length << 1, idof<string>()));
    const to = changetype<usize>(text);
    for (let index: usize = 0; index < length; index++) {
      const byte = load<u8>(start + index);
      if (byte > 127) return String.UTF8.decodeUnsafe(start, length);
      store<u16>(to + (index << 1), byte);
    }
    return text;
  }

  /** Items of the next block of an array or map; 0 at its end. */
  readBlock(): i64 {
    let count = this.readLong();
    if (count < 0) {
      count = -count;
      this.readLength();
    }
    // An item may take no byte at all (null, an empty record): of those a host lets 100,000 through.
    if (count < 0 || count > <i64>(this.end - this.at) + 100_000) throw new Error("avro: a count beyond the bytes");
    return count;
  }

  readBranch(count: i32): i32 {
    const branch = this.readLong();
    if (branch < 0 || branch >= <i64>count) throw new Error("avro: no such branch of the union");
    return <i32>branch;
  }

  readSymbol(count: i32): i32 {
    const symbol = this.readLong();
    if (symbol < 0 || symbol >= <i64>count) throw new Error("avro: no such symbol of the enum");
    return <i32>symbol;
  }
}

@final
export class Writer {
  base: usize;
  at: usize;
  end: usize;

  constructor(capacity: usize = 256) {
    this.base = heap.alloc(capacity);
    this.at = this.base;
    this.end = this.base + capacity;
  }

  @inline get length(): usize {
    return this.at - this.base;
  }

  need(count: usize): void {
    if (count <= this.end - this.at) return;
    const used = this.at - this.base;
    const size = max<usize>((this.end - this.base) << 1, used + count);
    this.base = heap.realloc(this.base, size);
    this.at = this.base + used;
    this.end = this.base + size;
  }

  /** Gives the memory back. A writer whose bytes are handed to the host is freed by the glue instead. */
  free(): void {
    heap.free(this.base);
  }

  writeLong(value: i64): void {
    this.need(10);
    let rest: u64 = ((<u64>value) << 1) ^ <u64>(value >> 63);
    let at = this.at;
    while (rest > 0x7f) {
      store<u8>(at++, <u8>(rest | 0x80));
      rest >>= 7;
    }
    store<u8>(at++, <u8>rest);
    this.at = at;
  }

  @inline writeInt(value: i32): void {
    this.writeLong(value);
  }

  writeBoolean(value: bool): void {
    this.need(1);
    store<u8>(this.at++, value ? 1 : 0);
  }

  writeFloat(value: f32): void {
    this.need(4);
    store<f32>(this.at, value);
    this.at += 4;
  }

  writeDouble(value: f64): void {
    this.need(8);
    store<f64>(this.at, value);
    this.at += 8;
  }

  writeBytes(value: Uint8Array): void {
    this.writeLong(value.length);
    this.writeFixed(value);
  }

  writeFixed(value: Uint8Array): void {
    this.writeRaw(value.dataStart, <usize>value.length);
  }

  writeRaw(from: usize, length: usize): void {
    this.need(length);
    memory.copy(this.at, from, length);
    this.at += length;
  }

  writeString(value: string): void {
    const length = value.length;
    const from = changetype<usize>(value);
    this.need(<usize>length + 10);
    const start = this.at;
    this.writeLong(length);
    let at = this.at;
    for (let index = 0; index < length; index++) {
      const unit = load<u16>(from + ((<usize>index) << 1));
      if (unit > 127) {
        this.at = start;
        const size = <usize>String.UTF8.byteLength(value);
        this.writeLong(size);
        this.need(size);
        // Half of a surrogate pair is no text: it traps here, with a message, rather than at the host.
        String.UTF8.encodeUnsafe(from, length, this.at, false, String.UTF8.ErrorMode.ERROR);
        this.at += size;
        return;
      }
      store<u8>(at++, <u8>unit);
    }
    this.at = at;
  }

  /** Another writer's bytes with their length before them. Frees the other. */
  writeNested(other: Writer): void {
    this.writeLong(other.length);
    this.writeRaw(other.base, other.length);
    other.free();
  }
}
