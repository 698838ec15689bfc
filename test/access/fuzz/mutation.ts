// Inputs near those that are right: bytes of a good one, changed in a few places. The same seed makes the same ones.

export class Mutation {
  #state: number;

  constructor({ seed }: { seed: number }) {
    this.#state = seed | 0;
  }

  /** A whole number from 0 to below a bound (mulberry32). */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("expected something to pick from");
    return item;
  }

  /** One of the seeds with 1 to 6 changes. */
  of(seeds: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    let bytes = new Uint8Array(this.pick(seeds));
    for (let left = 1 + this.below(6); left > 0; left--) bytes = this.#changed(bytes, seeds);
    return bytes;
  }

  #changed(bytes: Uint8Array<ArrayBuffer>, seeds: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
    const at = this.below(bytes.length + 1);
    switch (this.below(8)) {
      case 0:
        return replaced(bytes, at, 1, [(bytes[at] ?? 0) ^ (1 << this.below(8))]);
      case 1:
        return replaced(bytes, at, 1, [this.below(256)]);
      case 2:
        return replaced(bytes, at, 0, this.pick(telling));
      case 3:
        return replaced(bytes, at, this.below(8), this.pick(telling));
      case 4:
        return replaced(bytes, at, this.below(16), []);
      case 5:
        return bytes.slice(0, at);
      case 6:
        return replaced(bytes, at, 0, bytes.subarray(at, at + this.below(64)));
      default: {
        const other = this.pick(seeds);
        const from = this.below(other.length + 1);
        return replaced(bytes, at, this.below(32), other.subarray(from, from + this.below(64)));
      }
    }
  }
}

/** Numbers at the edges of types in Avro and WebAssembly. */
const numbers: readonly (readonly number[])[] = [
  [0x00],
  [0xff],
  [0x7f],
  [0x80],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xfe, 0xff, 0xff, 0xff, 0x0f],
  [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80],
  [0x80, 0x94, 0xeb, 0xdc, 0x03],
];

/** What means something in JSON, and in HTTP. */
const texts: readonly string[] = [
  "{",
  "}",
  "[",
  "]",
  '"',
  ":",
  ",",
  "\\",
  " ",
  "\n",
  "1e400",
  "-0",
  "9007199254740993",
  "null",
  '"__proto__":',
  "\\ud800",
  "\r\n",
  "\r\n\r\n",
  "Content-Length: 5\r\n",
  "Transfer-Encoding: chunked\r\n",
  "%2e%2e%2f",
  "%00",
];

const telling = [...numbers, ...texts.map((text) => new TextEncoder().encode(text))];

function replaced(
  bytes: Uint8Array,
  at: number,
  length: number,
  by: readonly number[] | Uint8Array,
): Uint8Array<ArrayBuffer> {
  const rest = bytes.subarray(Math.min(bytes.length, at + length));
  const result = new Uint8Array(at + by.length + rest.length);
  result.set(bytes.subarray(0, at));
  result.set(by, at);
  result.set(rest, at + by.length);
  return result;
}
