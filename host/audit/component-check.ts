// Which components are still there as they were uploaded: without one, what it said can't be asked for again.
import { EventoError } from "../errors.ts";
import type { FunctionRef, Functions } from "../ports/functions.ts";

type Absent = { readonly fn: FunctionRef; readonly error: EventoError; count: number };

export class ComponentCheck {
  readonly #functions: Pick<Functions, "component">;
  readonly #absent = new Map<string, Promise<Absent | undefined>>();

  constructor({ functions }: { functions: Pick<Functions, "component"> }) {
    this.#functions = functions;
  }

  /** Tells whether a component can be run; one that can't be is counted as missed once more. */
  async isThere(fn: FunctionRef): Promise<boolean> {
    const absent = await this.look(fn);
    if (absent !== undefined) absent.count++;
    return absent === undefined;
  }

  /** Looks for a component, once. */
  look(fn: FunctionRef): Promise<Absent | undefined> {
    const looked = this.#absent.get(fn.digest) ?? this.#find(fn);
    this.#absent.set(fn.digest, looked);
    return looked;
  }

  /** A fault a component that was missed. */
  async faults(): Promise<readonly EventoError[]> {
    const absents = await Promise.all(this.#absent.values());
    return absents.flatMap((absent) => {
      if (absent === undefined) return [];
      const { error, count } = absent;
      const message = count === 0 ? error.message : `${error.message}; ${count} steps were not run again`;
      return new EventoError(error.code, message, { cause: error, ...(error.hint && { hint: error.hint }) });
    });
  }

  async #find(fn: FunctionRef): Promise<Absent | undefined> {
    try {
      if ((await this.#functions.component(fn.digest)) !== undefined) return undefined;
    } catch (error) {
      if (!(error instanceof EventoError)) throw error;
      return { fn, error, count: 0 };
    }
    const error = new EventoError("COMPONENT_MISSING", `found no component ${fn.digest} of ${fn.name}`, {
      hint: "restore the folder components, or deploy the function again",
    });
    return { fn, error, count: 0 };
  }
}
