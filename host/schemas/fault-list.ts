// Faults of one value or schema, gathered so that the author learns of all at once, up to a bound.
import type { Fault } from "../errors.ts";
import { faultsMax } from "../limits.ts";

export class FaultList {
  #faults: Fault[] = [];
  #count = 0;

  /** Faults so far, those past the bound among them. */
  get count(): number {
    return this.#count;
  }

  get faults(): readonly Fault[] {
    return this.#faults;
  }

  add(path: string, message: string): void {
    this.#count++;
    if (this.#faults.length < faultsMax) this.#faults.push({ path, message });
  }

  clear(): void {
    if (this.#count === 0) return;
    this.#faults = [];
    this.#count = 0;
  }

  /** The first fault in words and how many more there are, for an error's message. */
  summary(): string {
    const [first] = this.#faults;
    if (first === undefined) return "no fault";
    const text = first.path === "" ? first.message : `${first.path} ${first.message}`;
    return this.#count === 1 ? text : `${text} (and ${this.#count - 1} more)`;
  }
}
