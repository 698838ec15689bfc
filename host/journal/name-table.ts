// Texts that come again and again in a group (types, schemas, digests, dispatchers), stored once in its head and by number after.

export class NameTable {
  readonly #numbers = new Map<string, number>();

  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(name, number);
    return number;
  }

  /** The names in the order of their numbers. */
  names(): readonly string[] {
    return [...this.#numbers.keys()];
  }
}
