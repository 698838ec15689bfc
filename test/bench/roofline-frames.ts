// Messages over a pipe, each as its length in 4 bytes and its bytes. What is sent in one turn of the event loop is one write.
import type { Readable, Writable } from "node:stream";

const headBytes = 4;

/** Calls back for each message that comes, with a view that holds only until it returns. */
export function onFrames(from: Readable, take: (message: Buffer) => void): void {
  let held: Buffer = Buffer.alloc(0);
  from.on("data", (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    let at = 0;
    while (held.length - at >= headBytes) {
      const end = at + headBytes + held.readUInt32LE(at);
      if (held.length < end) break;
      take(held.subarray(at + headBytes, end));
      at = end;
    }
    held = held.subarray(at);
  });
}

export class FrameWriter {
  readonly #to: Writable;
  #waiting: Buffer[] = [];

  constructor(to: Writable) {
    this.#to = to;
  }

  send(message: Buffer): void {
    if (this.#waiting.length === 0) setImmediate(() => this.#flush());
    this.#waiting.push(framed(message));
  }

  #flush(): void {
    const [first = Buffer.alloc(0), ...others] = this.#waiting;
    this.#waiting = [];
    this.#to.write(others.length === 0 ? first : Buffer.concat([first, ...others]));
  }
}

/** A message after its length. */
export function framed(message: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(headBytes + message.length);
  frame.writeUInt32LE(message.length, 0);
  message.copy(frame, headBytes);
  return frame;
}
