// Puts upper bounds on the memories and tables of a core module, whatever language it came from: growth past them fails inside
// the function. Only the binary format's outline is read: https://webassembly.github.io/spec/core/binary/modules.html
import { EventoError } from "../errors.ts";

const tableSection = 4;
const memorySection = 5;
const headerBytes = 8;
const pageBytes = 64 << 10;
const funcref = 0x70;
const externref = 0x6f;

export type Caps = { readonly memoryBytesMax: number; readonly tableEntriesMax: number };

/** The module with bounds, and how many memories it has. @throws EventoError FUNCTION_REFUSED */
export function withCaps(module: Uint8Array, caps: Caps): { module: Uint8Array; memoryCount: number } {
  const parts: Uint8Array[] = [module.subarray(0, headerBytes)];
  let memoryCount = 0;
  const reader = new ModuleReader(module, headerBytes);
  while (!reader.atEnd) {
    const start = reader.at;
    const id = reader.byte();
    const section = reader.part(reader.u32());
    if (id === tableSection) parts.push(sectionOf(id, cappedTables(section, caps.tableEntriesMax)));
    else if (id === memorySection) {
      const capped = cappedMemories(section, caps.memoryBytesMax);
      memoryCount += capped.count;
      parts.push(sectionOf(id, capped.bytes));
    } else parts.push(module.subarray(start, reader.at));
  }
  return { module: Buffer.concat(parts), memoryCount };
}

class ModuleReader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  get atEnd(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw refused("found the end of a core module, expected more");
    this.at++;
    return byte;
  }

  /** LEB128; the numbers here are below 2^32. */
  u32(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 28; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw refused("found a number of more than 32 bits in a core module");
  }

  part(length: number): ModuleReader {
    if (length > this.#bytes.length - this.at) throw refused("found a section that is longer than its core module");
    this.at += length;
    return new ModuleReader(this.#bytes.subarray(this.at - length, this.at));
  }
}

type Limits = { readonly least: number; readonly most: number | undefined };

function limitsOf(reader: ModuleReader, what: string): Limits {
  const flags = reader.byte();
  if (flags > 1) throw refused(`found a ${what} that is shared or 64-bit, expected a plain one`);
  const least = reader.u32();
  return { least, most: flags === 1 ? reader.u32() : undefined };
}

function cappedMemories(section: ModuleReader, bytesMax: number): { bytes: number[]; count: number } {
  const pagesMax = Math.floor(bytesMax / pageBytes);
  const count = section.u32();
  const bytes = leb(count);
  for (let index = 0; index < count; index++) {
    const { least, most } = limitsOf(section, "memory");
    if (least > pagesMax)
      throw refused(`found a memory of ${least} pages of 64 KiB at the start, at most ${pagesMax} allowed`);
    bytes.push(1, ...leb(least), ...leb(Math.min(most ?? pagesMax, pagesMax)));
  }
  return { bytes, count };
}

function cappedTables(section: ModuleReader, entriesMax: number): number[] {
  const count = section.u32();
  const bytes = leb(count);
  for (let index = 0; index < count; index++) {
    const type = section.byte();
    if (type !== funcref && type !== externref)
      throw refused(`found a table of type 0x${type.toString(16)}, expected funcref or externref`);
    const { least, most } = limitsOf(section, "table");
    if (least > entriesMax)
      throw refused(`found a table of ${least} entries at the start, at most ${entriesMax} allowed`);
    bytes.push(type, 1, ...leb(least), ...leb(Math.min(most ?? entriesMax, entriesMax)));
  }
  return bytes;
}

function sectionOf(id: number, body: readonly number[]): Uint8Array {
  return Uint8Array.from([id, ...leb(body.length), ...body]);
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return bytes;
}

function refused(message: string): EventoError {
  return new EventoError("FUNCTION_REFUSED", message);
}
