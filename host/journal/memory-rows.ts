// Rows in memory: the index of the journal in memory, and what the index on LevelDB has yet to write.
import type { Range, Row, RowChange } from "./rows.ts";

/** Null stands for a removed row that a store below may still have. */
type Value = Uint8Array | null;

/** A key as a text of the same order: one character a byte. */
export function textOf(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString("latin1");
}

/** The rows of one family. Their order is kept from the first range on: many families never see one. */
class Family {
  readonly values = new Map<string, Value>();
  #ordered: string[] | undefined;

  set(text: string, value: Value): void {
    if (this.#ordered !== undefined && !this.values.has(text))
      this.#ordered.splice(indexOf(this.#ordered, text), 0, text);
    this.values.set(text, value);
  }

  delete(text: string): void {
    if (this.values.delete(text) && this.#ordered !== undefined) this.#ordered.splice(indexOf(this.#ordered, text), 1);
  }

  ordered(): readonly string[] {
    this.#ordered ??= [...this.values.keys()].toSorted(compare);
    return this.#ordered;
  }
}

export class MemoryRows {
  readonly #families = new Map<string, Family>();
  #count = 0;
  #sizeBytes = 0;

  get count(): number {
    return this.#count;
  }

  /** Bytes of keys and values, about. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** The value; null when it was removed; undefined when nothing is known of it. */
  get(key: Uint8Array): Value | undefined {
    const text = textOf(key);
    return this.#families.get(text.charAt(0))?.values.get(text);
  }

  change({ key, value }: RowChange): void {
    const text = textOf(key);
    const family = this.#familyOf(text);
    const known = family.values.get(text);
    if (known === undefined) {
      this.#count++;
      this.#sizeBytes += text.length;
    }
    this.#sizeBytes += (value?.length ?? 0) - (known?.length ?? 0);
    family.set(text, value);
  }

  /** Forgets a row that no store below has. */
  forget(key: Uint8Array): void {
    const text = textOf(key);
    const family = this.#familyOf(text);
    const known = family.values.get(text);
    if (known === undefined) return;
    this.#count--;
    this.#sizeBytes -= text.length + (known?.length ?? 0);
    family.delete(text);
  }

  /** Known keys of a range in its order, removed ones among them. */
  *range({ from, to, reverse }: Omit<Range, "limit">): Generator<{ key: Uint8Array; value: Value }> {
    const first = textOf(from);
    const family = this.#families.get(first.charAt(0));
    if (family === undefined) return;
    const keys = family.ordered();
    const start = indexOf(keys, first);
    const end = indexOf(keys, textOf(to));
    for (let count = 0; count < end - start; count++) {
      const text = keys[reverse === true ? end - 1 - count : start + count] ?? "";
      const value = family.values.get(text);
      if (value !== undefined) yield { key: Buffer.from(text, "latin1"), value };
    }
  }

  /** Rows of a range without the removed ones. */
  rows(range: Range): Row[] {
    const rows: Row[] = [];
    for (const { key, value } of this.range(range)) {
      if (rows.length >= range.limit) break;
      if (value !== null) rows.push({ key, value });
    }
    return rows;
  }

  *all(): Generator<RowChange> {
    for (const { values } of this.#families.values())
      for (const [text, value] of values) yield { key: Buffer.from(text, "latin1"), value };
  }

  #familyOf(text: string): Family {
    const name = text.charAt(0);
    let family = this.#families.get(name);
    if (family === undefined) {
      family = new Family();
      this.#families.set(name, family);
    }
    return family;
  }
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

/** Index of the first key that is not below `text`. */
function indexOf(keys: readonly string[], text: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? "") < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
