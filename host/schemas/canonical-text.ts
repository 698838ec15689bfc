// The text that a schema's fingerprint is made of.
//
// Avro's Parsing Canonical Form would not do: it strips defaults, aliases and logical types, so two versions that read and show
// data differently would share a fingerprint. This form keeps all that Evento relies on (those, and marks and references) and
// drops the rest (docs, unknown attributes). It lists the named types by name, each use of one by its full name, so that neither
// the order of attributes and types, nor whether a type is declared on its own or where it is first used, makes another version.
import { isNamed, type NamedShape, type Shape } from "./shape.ts";

/** The same JSON with the members of its objects in order. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, ordered(member)]));
}

/** A shape where it is used. */
function use(shape: Shape): unknown {
  if (isNamed(shape)) return shape.name;
  if (shape.kind === "array") return { type: "array", items: use(shape.items) };
  if (shape.kind === "map") return { type: "map", values: use(shape.values) };
  if (shape.kind === "union") return shape.branches.map(use);
  return shape.logical === undefined ? shape.kind : { type: shape.kind, logical: shape.logical };
}

function declaration(shape: NamedShape): unknown {
  const aliases = shape.aliases.toSorted();
  if (shape.kind !== "record") return { ...shape, aliases };
  const fields = shape.fields.map((field) => ({
    ...field,
    aliases: field.aliases.toSorted(),
    shape: use(field.shape),
  }));
  return { ...shape, aliases, fields };
}

/** The canonical text of named types, whatever their order. */
export function canonicalText(shapes: Iterable<NamedShape>): string {
  const sorted = [...shapes].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return JSON.stringify(sorted.map((shape) => ordered(declaration(shape))));
}

/** The named types that a shape is made of, itself among them. */
export function namedShapesIn(shape: Shape, found = new Set<NamedShape>()): ReadonlySet<NamedShape> {
  if (isNamed(shape)) {
    if (found.has(shape)) return found;
    found.add(shape);
    if (shape.kind === "record") for (const field of shape.fields) namedShapesIn(field.shape, found);
  } else if (shape.kind === "array") namedShapesIn(shape.items, found);
  else if (shape.kind === "map") namedShapesIn(shape.values, found);
  else if (shape.kind === "union") for (const branch of shape.branches) namedShapesIn(branch, found);
  return found;
}
