// What a schema says, once it has been read and every name in it has been resolved: the graph that all else is made from.
// Named shapes may be part of themselves.

export type Logical =
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "uuid" }
  | { readonly kind: "duration" }
  | { readonly kind: "date" }
  | { readonly kind: "time"; readonly unitsPerSecond: number }
  | { readonly kind: "timestamp"; readonly unitsPerSecond: number; readonly local: boolean };

export type PrimitiveName = "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string";

type PrimitiveShape = { readonly kind: PrimitiveName; readonly logical?: Logical };

export type FixedShape = {
  readonly kind: "fixed";
  /** With its namespace, as all names and aliases of types here. */
  readonly name: string;
  readonly aliases: readonly string[];
  readonly size: number;
  readonly logical?: Logical;
};

export type EnumShape = {
  readonly kind: "enum";
  readonly name: string;
  readonly aliases: readonly string[];
  readonly symbols: readonly string[];
  /** Stands for a symbol that a newer writer has and this reader does not know. */
  readonly default?: string;
};

type ArrayShape = { readonly kind: "array"; readonly items: Shape };
type MapShape = { readonly kind: "map"; readonly values: Shape };
export type UnionShape = { readonly kind: "union"; readonly branches: readonly Shape[] };

export type FieldShape = {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly shape: Shape;
  /** The default as Avro writes it in a schema, which is not the JSON form of a value. */
  readonly default?: { readonly json: unknown };
  /** Name of the aggregate that the field refers to. */
  readonly references?: string;
};

/** What the attribute `evento` says that a record is. */
export type Mark =
  | { readonly kind: "root" | "entity"; readonly entity: string }
  | { readonly kind: "event" | "command" | "value" };

export type RecordShape = {
  readonly kind: "record";
  readonly name: string;
  readonly aliases: readonly string[];
  readonly fields: readonly FieldShape[];
  readonly mark: Mark;
};

export type NamedShape = RecordShape | EnumShape | FixedShape;

export type Shape = PrimitiveShape | NamedShape | ArrayShape | MapShape | UnionShape;

/** The name of a shape as a branch of a union, and in messages: `null`, `array`, `SavingsAccount.Money`. */
export function branchNameOf(shape: Shape): string {
  return isNamed(shape) ? shape.name : shape.kind;
}

/** Whether a shape is declared under a name. */
export function isNamed(shape: Shape): shape is NamedShape {
  return shape.kind === "record" || shape.kind === "enum" || shape.kind === "fixed";
}

/** A name without its namespace. */
export function shortNameOf(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
