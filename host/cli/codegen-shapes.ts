// Shapes of schemas as TypeScript: what the JSON form of a value looks like when it is read, and when it is posted. The two differ
// where a field has a default, which may then be left out.
import { branchNameOf, isNamed, shortNameOf, type NamedShape, type RecordShape, type Shape } from "../schemas/shape.ts";
import { freeName } from "./codegen-names.ts";

/** Of a value that a host gives, or that is given to a host. */
export type Form = "value" | "draft";

type JsonKind = "boolean" | "number" | "string" | "array" | "object";

const floats = 'number | "NaN" | "Infinity" | "-Infinity"';

/** The named types of one aggregate, under the names that they have in TypeScript. */
export class CodegenShapes {
  readonly #namespace: string;
  readonly #types: readonly NamedShape[];
  readonly #names = new Map<NamedShape, string>();
  /** Records of which a draft looks different from a value. */
  readonly #drafted: ReadonlySet<Shape>;

  /** @param given.namespace - where the types are declared. */
  constructor({ namespace, types }: { namespace: string; types: Iterable<NamedShape> }) {
    this.#namespace = namespace;
    this.#types = [...types];
    const taken = new Set(this.#types.map(({ name }) => shortNameOf(name)));
    for (const type of this.#types) this.#names.set(type, freeName(shortNameOf(type.name), taken));
    this.#drafted = draftedAmong(this.#types);
  }

  /** The declarations of all types in a form; of drafts only those that differ. */
  declarations(form: Form): string[] {
    return this.#types
      .filter((type) => form === "value" || this.#drafted.has(type))
      .flatMap((type) => [this.#declaration(type, form), ""])
      .slice(0, -1);
  }

  /** How a shape is written where it is used. */
  textOf(shape: Shape, form: Form): string {
    if (isNamed(shape)) {
      const place = form === "draft" && this.#drafted.has(shape) ? `${this.#namespace}.Drafts` : this.#namespace;
      return `${place}.${this.#names.get(shape)}`;
    }
    if (shape.kind === "array") return `readonly ${bracketed(this.textOf(shape.items, form))}[]`;
    if (shape.kind === "map") return `{ readonly [key: string]: ${this.textOf(shape.values, form)} }`;
    if (shape.kind === "union") return this.#union(shape.branches, form);
    if (shape.logical !== undefined) return "string";
    switch (shape.kind) {
      case "null":
      case "boolean":
      case "string":
        return shape.kind;
      case "int":
        return "number";
      case "long":
        return "number | string";
      case "float":
      case "double":
        return floats;
      case "bytes":
        return "string";
    }
  }

  #declaration(type: NamedShape, form: Form): string {
    const name = this.#names.get(type);
    if (type.kind === "fixed") return `/** ${noteOf(type)} */\ntype ${name} = string;`;
    if (type.kind === "enum")
      return `type ${name} = ${type.symbols.map((symbol) => JSON.stringify(symbol)).join(" | ")};`;
    // An empty interface would take anything.
    if (type.fields.length === 0) return `type ${name} = { readonly [key: string]: never };`;
    const fields = type.fields.flatMap(({ name: field, shape, default: given }) => {
      const note = noteOf(shape);
      const isOptional = form === "draft" && given !== undefined;
      const line = `  readonly ${field}${isOptional ? "?" : ""}: ${this.textOf(shape, form)}${isOptional ? " | undefined" : ""};`;
      return note === "" ? [line] : [`  /** ${note} */`, line];
    });
    return [`interface ${name} {`, ...fields, "}"].join("\n");
  }

  /** A branch that another could be mistaken for is wrapped where the value alone does not tell. */
  #union(branches: readonly Shape[], form: Form): string {
    const texts = branches.flatMap((branch) => {
      const text = this.textOf(branch, form);
      const kinds = jsonKindsOf(branch);
      const isClear = branches.every(
        (other) => other === branch || !jsonKindsOf(other).some((kind) => kinds.includes(kind)),
      );
      return isClear ? [text] : [text, `{ readonly ${JSON.stringify(branchNameOf(branch))}: ${text} }`];
    });
    return [...new Set(texts.flatMap((text) => (text === floats ? text.split(" | ") : [text])))].join(" | ");
  }
}

/** What JSON a value of a shape may be, as the host takes it. */
function jsonKindsOf(shape: Shape): readonly JsonKind[] {
  switch (shape.kind) {
    case "null":
      return [];
    case "boolean":
      return ["boolean"];
    case "int":
      return [shape.logical === undefined ? "number" : "string"];
    case "long":
      return shape.logical === undefined ? ["number", "string"] : ["string"];
    case "float":
    case "double":
      return ["number", "string"];
    case "bytes":
    case "fixed":
      return shape.logical?.kind === "decimal" ? ["number", "string"] : ["string"];
    case "string":
    case "enum":
      return ["string"];
    case "array":
      return ["array"];
    case "map":
    case "record":
      return ["object"];
    case "union":
      return shape.branches.flatMap(jsonKindsOf);
  }
}

/** What a text or a number stands for, where its type in TypeScript does not say it. */
function noteOf(shape: Shape): string {
  if (shape.kind === "union")
    return [...new Set(shape.branches.map(noteOf))].filter((note) => note !== "").join("; or ");
  if (shape.kind === "array") return noteOf(shape.items);
  if (shape.kind === "map") return noteOf(shape.values);
  if (shape.kind === "record" || shape.kind === "enum") return "";
  const { logical } = shape;
  if (logical === undefined) {
    if (shape.kind === "long") return "64 bits: digits as text beyond ±2^53.";
    if (shape.kind === "bytes") return "Base64.";
    return shape.kind === "fixed" ? `Base64 of ${shape.size} bytes.` : "";
  }
  switch (logical.kind) {
    case "decimal":
      return `A decimal of ${logical.precision} digits, ${logical.scale} of them after the point.`;
    case "uuid":
      return "A UUID.";
    case "duration":
      return "A duration such as P1M2DT3S.";
    case "date":
      return "A date such as 2026-01-31.";
    case "time":
      return "A time of day such as 12:30:00.000.";
    case "timestamp":
      return logical.local
        ? "A local time such as 2026-01-31T12:30:00.000."
        : "A moment such as 2026-01-31T12:30:00.000Z.";
  }
}

function draftedAmong(types: readonly NamedShape[]): ReadonlySet<Shape> {
  const drafted = new Set<Shape>();
  const records = types.filter((type) => type.kind === "record");
  const differs = (shape: Shape): boolean => {
    if (shape.kind === "array") return differs(shape.items);
    if (shape.kind === "map") return differs(shape.values);
    if (shape.kind === "union") return shape.branches.some(differs);
    return drafted.has(shape);
  };
  const has = ({ fields }: RecordShape): boolean =>
    fields.some((field) => field.default !== undefined || differs(field.shape));
  // Records may be part of each other: what one of them adds may decide another.
  for (let count = -1; count !== drafted.size;) {
    count = drafted.size;
    for (const record of records) if (has(record)) drafted.add(record);
  }
  return drafted;
}

function bracketed(text: string): string {
  return text.includes(" | ") || text.startsWith("readonly ") ? `(${text})` : text;
}
