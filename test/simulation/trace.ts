// What happened in a history, step by step: always as a hash, and as lines for somebody who reads.

export class Trace {
  readonly #onLine: ((line: string) => void) | undefined;
  #hash = 0x811c_9dc5;

  constructor({ onLine }: { onLine?: ((line: string) => void) | undefined } = {}) {
    this.#onLine = onLine;
  }

  /** FNV-1a over all lines: equal when two runs did the same. */
  get hash(): string {
    return this.#hash.toString(16).padStart(8, "0");
  }

  add(line: string): void {
    for (let at = 0; at < line.length; at++)
      this.#hash = Math.imul(this.#hash ^ line.charCodeAt(at), 0x0100_0193) >>> 0;
    this.#onLine?.(line);
  }
}
