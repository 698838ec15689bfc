// Puts frames on a pipe, all of one turn of the event loop in one write: system calls, and waking a process that waits, would cost
// more than everything else. Requests that came in with one poll thus go to a function together.
import type { Writable } from "node:stream";

const headerBytes = 12;

export class FrameWriter {
  readonly #pipe: Writable;
  #parts: Uint8Array[] = [];
  #length = 0;
  readonly #flush = (): void => {
    const parts = this.#parts;
    const length = this.#length;
    this.#parts = [];
    this.#length = 0;
    if (!this.#pipe.destroyed) this.#pipe.write(Buffer.concat(parts, length));
  };

  constructor(given: { readonly pipe: Writable }) {
    this.#pipe = given.pipe;
  }

  /** Sends a frame of parts, which must not change before the event loop's turn ends. */
  send(kind: number, id: number, parts: readonly Uint8Array[]): void {
    if (this.#parts.length === 0) setImmediate(this.#flush);
    const header = Buffer.allocUnsafe(headerBytes);
    this.#parts.push(header);
    let length = 0;
    for (const part of parts) {
      length += part.length;
      this.#parts.push(part);
    }
    header.writeUInt32LE(length, 0);
    header.writeUInt32LE(kind, 4);
    header.writeUInt32LE(id, 8);
    this.#length += headerBytes + length;
  }
}
