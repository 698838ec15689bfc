// Fields of a JSON object from outside: all of them known, each of its type.
import { EventoError } from "../errors.ts";

export type Fields = { readonly [name: string]: unknown };

/** Which fields an object may have. */
type KnownFields = { readonly required: readonly string[]; readonly optional: readonly string[] };

/** The fields of a JSON object, all of them known. @throws EventoError BODY_INVALID naming what is missing or unknown */
export function fieldsOf(value: unknown, known: KnownFields): Fields {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new EventoError("BODY_INVALID", "found no JSON object, expected one");
  const fields: Fields = { ...value };
  const { required, optional } = known;
  for (const name in fields) if (!required.includes(name) && !optional.includes(name)) throw unfitting(fields, known);
  for (const name of required) if (fields[name] === undefined) throw unfitting(fields, known);
  return fields;
}

function unfitting(fields: Fields, { required, optional }: KnownFields): EventoError {
  const names = [...required, ...optional];
  const unknown = Object.keys(fields).filter((name) => !names.includes(name));
  const missing = required.filter((name) => fields[name] === undefined);
  const faults = [
    ...unknown.map((name) => ({ path: name, message: `is unknown, expected ${names.join(", ")}` })),
    ...missing.map((name) => ({ path: name, message: "is missing" })),
  ];
  const [first] = faults;
  return new EventoError("BODY_INVALID", `found a body that does not fit: ${first?.path} ${first?.message}`, {
    faults,
  });
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
