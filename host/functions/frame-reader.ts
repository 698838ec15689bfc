// Takes frames out of the chunks a pipe delivers: `u32 length | u32 kind | u32 id | bytes`, little-endian.

const headerBytes = 12;

export type FrameTaker = (kind: number, id: number, payload: Buffer) => void;

/** Whole frames are handed on as views of the chunk; only a frame that a chunk cuts is copied, once. */
export class FrameReader {
  readonly #take: FrameTaker;
  readonly #frameBytesMax: number;
  readonly #header = Buffer.alloc(headerBytes);
  #headerLength = 0;
  #payload: Buffer | undefined;
  #payloadLength = 0;

  /** @param given.take - called once a frame; the payload is valid only during the call. */
  constructor(given: { readonly take: FrameTaker; readonly frameBytesMax: number }) {
    this.#take = given.take;
    this.#frameBytesMax = given.frameBytesMax;
  }

  /** Takes the next chunk. Throws an Error on a frame longer than allowed, before anything is allocated for it. */
  read(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#payload !== undefined) at += this.#fill(this.#payload, chunk, at);
      else if (this.#headerLength > 0 || chunk.length - at < headerBytes) at += this.#fillHeader(chunk, at);
      else at += this.#frame(chunk, at);
    }
  }

  #frame(chunk: Buffer, at: number): number {
    const length = this.#lengthOf(chunk, at);
    const start = at + headerBytes;
    if (chunk.length - start < length) {
      chunk.copy(this.#header, 0, at, start);
      this.#begin(length);
      return headerBytes;
    }
    this.#take(chunk.readUInt32LE(at + 4), chunk.readUInt32LE(at + 8), chunk.subarray(start, start + length));
    return headerBytes + length;
  }

  #fillHeader(chunk: Buffer, at: number): number {
    const count = Math.min(headerBytes - this.#headerLength, chunk.length - at);
    chunk.copy(this.#header, this.#headerLength, at, at + count);
    this.#headerLength += count;
    if (this.#headerLength < headerBytes) return count;
    this.#headerLength = 0;
    this.#begin(this.#lengthOf(this.#header, 0));
    if (this.#payload?.length === 0) this.#finish(this.#payload);
    return count;
  }

  #fill(payload: Buffer, chunk: Buffer, at: number): number {
    const count = Math.min(payload.length - this.#payloadLength, chunk.length - at);
    chunk.copy(payload, this.#payloadLength, at, at + count);
    this.#payloadLength += count;
    if (this.#payloadLength === payload.length) this.#finish(payload);
    return count;
  }

  #begin(length: number): void {
    this.#payload = Buffer.allocUnsafe(length);
    this.#payloadLength = 0;
  }

  #finish(payload: Buffer): void {
    this.#payload = undefined;
    this.#take(this.#header.readUInt32LE(4), this.#header.readUInt32LE(8), payload);
  }

  #lengthOf(bytes: Buffer, at: number): number {
    const length = bytes.readUInt32LE(at);
    if (length > this.#frameBytesMax)
      throw new Error(`found a frame of ${length} bytes, at most ${this.#frameBytesMax} allowed`);
    return length;
  }
}
