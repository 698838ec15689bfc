// The way from a value's root to a place in it. Kept as a stack while a value is walked, and put into words only for a fault.
import { valueDepthMax } from "../limits.ts";

/** A field's name or map's key, or the index of an item. */
export type PathStep = string | number;

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

function stepText(step: PathStep): string {
  if (typeof step === "number") return `[${step}]`;
  return plainName.test(step) ? `.${step}` : `[${JSON.stringify(step.slice(0, 100))}]`;
}

export class ValuePath {
  #prefix = "";
  /** Full-sized from the start, so that a step is one store. */
  readonly #steps: PathStep[] = Array.from<PathStep>({ length: valueDepthMax + 1 }).fill("");
  #depth = 0;

  get depth(): number {
    return this.#depth;
  }

  restart(prefix: string): void {
    this.#prefix = prefix;
    this.#depth = 0;
  }

  /** Goes into a record, array or map. False, and nothing is changed, when that is deeper than allowed. */
  enter(): boolean {
    if (this.#depth >= valueDepthMax) return false;
    this.#depth++;
    return true;
  }

  leave(): void {
    this.#depth--;
  }

  /** Says which field, key or item of the container entered last is being looked at. */
  at(step: PathStep): void {
    this.#steps[this.#depth] = step;
  }

  /** The path in words: `payload.lines[2].price`. */
  toString(): string {
    let text = this.#prefix;
    for (const step of this.#steps.slice(1, this.#depth + 1)) text += stepText(step);
    return this.#prefix === "" && text.startsWith(".") ? text.slice(1) : text;
  }
}
