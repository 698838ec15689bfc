// Query parameters: known ones only, each checked.
import { EventoError } from "../errors.ts";
import { pageRowsMax } from "../limits.ts";

const pageRowsDefault = 100;

export class QueryParameters {
  readonly #values: ReadonlyMap<string, string>;

  /** @throws EventoError QUERY_INVALID for a parameter that is unknown or given twice */
  constructor(querystring: string, known: readonly string[]) {
    const values = new Map<string, string>();
    this.#values = values;
    if (querystring === "") return;
    for (const [name, value] of new URLSearchParams(querystring)) {
      if (!known.includes(name))
        throw invalid(name, `is unknown, expected ${known.length === 0 ? "none" : known.join(", ")}`);
      if (values.has(name)) throw invalid(name, "is given twice");
      values.set(name, value);
    }
  }

  text(name: string): string | undefined {
    return this.#values.get(name);
  }

  /** @throws EventoError QUERY_INVALID */
  requiredText(name: string): string {
    const value = this.#values.get(name);
    if (value === undefined || value === "") throw invalid(name, "is missing");
    return value;
  }

  /** @throws EventoError QUERY_INVALID when a parameter is there that has no meaning here */
  requireAbsent(name: string, why: string): void {
    if (this.#values.has(name)) throw invalid(name, `has no meaning here: ${why}`);
  }

  /** A whole number from 0. @throws EventoError QUERY_INVALID */
  count(name: string): number | undefined {
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    if (/^\d{1,15}$/.test(value)) return Number(value);
    throw invalid(name, `is ${JSON.stringify(value.slice(0, 100))}, expected a whole number from 0`);
  }

  /** Rows of a page. @throws EventoError QUERY_INVALID */
  limit(): number {
    const limit = this.count("limit") ?? pageRowsDefault;
    if (limit >= 1 && limit <= pageRowsMax) return limit;
    throw invalid("limit", `is ${limit}, expected 1 to ${pageRowsMax}`);
  }

  /** Milliseconds since 1970, from that or from ISO 8601. @throws EventoError QUERY_INVALID */
  time(name: string): number | undefined {
    const value = this.#values.get(name);
    if (value === undefined) return undefined;
    const time = /^\d{1,15}$/.test(value) ? Number(value) : Date.parse(value);
    if (Number.isSafeInteger(time)) return time;
    throw invalid(name, `is ${JSON.stringify(value.slice(0, 100))}, expected ISO 8601 or milliseconds since 1970`);
  }
}

function invalid(name: string, what: string): EventoError {
  return new EventoError("QUERY_INVALID", `found the query parameter ${name}, which ${what}`, {
    faults: [{ path: name, message: what }],
  });
}
