// Reads members of JSON that a host sent. Tolerant: a member that is missing or of another type reads as empty, since a host
// of another version is no reason to show nothing.

/** A member's value; undefined when the value is no object or has no such member. */
export function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

/** A member as text: a text as it is, a number or boolean in digits or words, else "". */
export function textField(value: unknown, name: string): string {
  const field = fieldOf(value, name);
  return typeof field === "string" || typeof field === "number" || typeof field === "boolean" ? String(field) : "";
}

/** A member as a number; 0 when it is none. */
export function numberField(value: unknown, name: string): number {
  const field = fieldOf(value, name);
  return typeof field === "number" ? field : 0;
}

/** A member's items; none when it is no array. */
export function listField(value: unknown, name: string): readonly unknown[] {
  const field = fieldOf(value, name);
  return Array.isArray(field) ? field : [];
}
