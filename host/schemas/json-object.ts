// JSON objects as JSON.parse makes them.

export type JsonObject = { readonly [key: string]: unknown };

/** Tells whether a JSON value is an object, and no array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
