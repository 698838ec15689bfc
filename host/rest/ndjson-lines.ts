// A stream of bytes cut into lines, numbered from 1. Blank lines are skipped; one that is too long is told as such and passed over.
import { EventoError } from "../errors.ts";
import { bodyBytesMax } from "../limits.ts";

export type Line =
  | { readonly kind: "bytes"; readonly number: number; readonly bytes: Buffer }
  | { readonly kind: "too-long"; readonly number: number };

const newline = 0x0a;

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

/** One line on its way: no more of it is kept than a line may have. */
class LineBuffer {
  #parts: Buffer[] = [];
  #length = 0;
  #number = 0;

  add(part: Buffer): void {
    this.#length += part.length;
    if (this.#length <= bodyBytesMax) this.#parts.push(part);
    else this.#parts = [];
  }

  /** Ends the line; undefined for a blank one. */
  take(): Line | undefined {
    const isTooLong = this.#length > bodyBytesMax;
    const bytes = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#length = 0;
    this.#number++;
    if (isTooLong) return { kind: "too-long", number: this.#number };
    return bytes.every(isBlank) ? undefined : { kind: "bytes", number: this.#number, bytes };
  }
}

export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  const buffer = new LineBuffer();
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      buffer.add(chunk.subarray(start, end));
      start = end + 1;
      const line = buffer.take();
      if (line !== undefined) yield line;
    }
    buffer.add(chunk.subarray(start));
  }
  const last = buffer.take();
  if (last !== undefined) yield last;
}

/** @throws EventoError BODY_TOO_LARGE for a line past the bound */
export function bytesOf(line: Line): Buffer {
  if (line.kind === "bytes") return line.bytes;
  throw new EventoError("BODY_TOO_LARGE", `found a line of more than ${bodyBytesMax} bytes, expected at most that`);
}
