// Fields of a JSON object from outside: all of them known, each of its type.
import { EventoError } from "../errors.ts";

export type Fields = { readonly [name: string]: unknown };

/** The fields of a JSON object, all of them known. @throws EventoError BODY_INVALID naming what is missing or unknown */
export function fieldsOf(
  value: unknown,
  known: { readonly required: readonly string[]; readonly optional: readonly string[] },
): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new EventoError("BODY_INVALID", "found no JSON object, expected one");
  const names = [...known.required, ...known.optional];
  const fields: Fields = { ...value };
  const faults = [
    ...Object.keys(fields)
      .filter((name) => !names.includes(name))
      .map((name) => ({ path: name, message: `is unknown, expected ${names.join(", ")}` })),
    ...known.required
      .filter((name) => fields[name] === undefined)
      .map((name) => ({ path: name, message: "is missing" })),
  ];
  const [first] = faults;
  if (first === undefined) return fields;
  throw new EventoError("BODY_INVALID", `found a body that does not fit: ${first.path} ${first.message}`, { faults });
}

/** @throws EventoError BODY_INVALID when it is there and no text */
export function optionalText(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string") return value;
  throw new EventoError("BODY_INVALID", `found ${name} of another type, expected a text`, {
    faults: [{ path: name, message: "is not a text" }],
  });
}

/** @throws EventoError BODY_INVALID when it is no text */
export function requiredText(fields: Fields, name: string): string {
  const value = optionalText(fields, name);
  if (value !== undefined) return value;
  throw new EventoError("BODY_INVALID", `found no ${name}, expected a text`, {
    faults: [{ path: name, message: "is missing" }],
  });
}

/** @throws EventoError BODY_INVALID when it is there and no whole number from 0 */
export function optionalCount(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw new EventoError("BODY_INVALID", `found ${name} ${JSON.stringify(value)}, expected a whole number from 0`, {
    faults: [{ path: name, message: "is not a whole number from 0" }],
  });
}
