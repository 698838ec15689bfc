// How much of a read there is room for: rows, and bytes of their payloads.
import type { ReadBounds } from "../ports/journal.ts";

export class ReadBudget {
  #rows: number;
  #bytes: number;

  constructor({ limit, bytesMax = Infinity }: ReadBounds) {
    this.#rows = limit;
    this.#bytes = bytesMax;
  }

  get isSpent(): boolean {
    return this.#rows <= 0 || this.#bytes <= 0;
  }

  /** Counts a row that was read. */
  take(bytes: number): void {
    this.#rows--;
    this.#bytes -= bytes;
  }
}
