// What the types of a schema are called in AssemblyScript. A name that the language or the generated code needs for itself gets an
// underscore at its end; on the wire and in JSON every name stays as the schema has it.
import { EventoError } from "../host/errors.ts";
import {
  branchNameOf,
  shortNameOf,
  type EnumShape,
  type Logical,
  type NamedShape,
  type PrimitiveName,
  type RecordShape,
  type Shape,
  type UnionShape,
} from "../host/schemas/shape.ts";

/** Digits that the SDK's Decimal holds: 64 bits. */
const decimalDigitsMax = 18;

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(/\s+/).filter((word) => word !== ""));
}

/** What nothing can be called: AssemblyScript takes no identifier for these. */
const reserved = words(`
  async await break case catch class const constructor continue debugger default delete do else enum export extends false
  finally for function if implements import in instanceof interface let new null of override package private protected public
  return static super switch this throw true try typeof undefined var void while with yield`);

/** What no class can be called: these mean something in the place of a type. */
const typeWords = words(`
  abstract any as bool boolean declare externref f32 f64 from funcref get i16 i32 i64 i8 is isize keyof module namespace never
  number object readonly set string symbol type u16 u32 u64 u8 unknown usize v128`);

/** Members that every generated class has. */
const members = words("read write typeName prototype");

/** Names that generated code and every author's file use, so that no class can take them. */
const used = words(`
  Array Box Cause Command CommandPayload Commands Decimal Error Event EventPayload Events Map Null Payload Reader String Uint8Array
  Writer bytesOfHex fail log uuidBytes uuidText`);

const primitiveTypes: { readonly [kind in PrimitiveName]: string } = {
  null: "Null | null",
  boolean: "bool",
  int: "i32",
  long: "i64",
  float: "f32",
  double: "f64",
  bytes: "Uint8Array",
  string: "string",
};

/** A class that stands for a union, made when a field first needs it; unions of the same branches share it. */
export type UnionName = {
  readonly name: string;
  readonly branches: readonly BranchName[];
};

export type BranchName = {
  readonly tag: number;
  readonly shape: Shape;
  /** As in `ofString`, `isString` and `asString`. */
  readonly part: string;
};

export class TypeNames {
  readonly #classes = new Map<string, string>();
  readonly #unions = new Map<string, UnionName>();
  readonly #taken: Set<string>;

  constructor(types: Iterable<NamedShape>) {
    this.#taken = new Set(used);
    const all = [...types];
    const shorts = all.map(({ name }) => shortNameOf(name));
    for (const { name } of all) {
      const free = this.#free(shortNameOf(name), shorts);
      this.#taken.add(free);
      this.#classes.set(name, free);
    }
  }

  /** The class or enum of a named type. */
  classOf({ name }: NamedShape): string {
    const found = this.#classes.get(name);
    if (found === undefined) throw new Error(`invariant broken: ${name} is no type of the schema`);
    return found;
  }

  /** The property of a field. */
  propertyOf(record: RecordShape, field: string): string {
    return freeName(
      field,
      (name) => reserved.has(name) || members.has(name),
      record.fields.map(({ name }) => name),
    );
  }

  symbolOf(shape: EnumShape, symbol: string): string {
    return freeName(symbol, (name) => reserved.has(name), shape.symbols);
  }

  /** @throws EventoError SCHEMA_NOT_SUPPORTED for what AssemblyScript can't hold. @param at - where the type is, for the message and for the names of unions. */
  typeOf(shape: Shape, at: string): string {
    if (decimalOf(shape) !== undefined) return decimalType(shape, at);
    switch (shape.kind) {
      case "record":
      case "enum":
      case "fixed":
        return this.classOf(shape);
      case "array":
        return `Array<${this.typeOf(shape.items, at)}>`;
      case "map":
        return `Map<string, ${this.typeOf(shape.values, at)}>`;
      case "union": {
        const optional = optionalOf(shape);
        if (optional === undefined) return this.unionOf(shape, at).name;
        const type = this.typeOf(optional, at);
        return isValue(optional) ? `Box<${type}> | null` : `${type} | null`;
      }
      case "null":
      case "boolean":
      case "int":
      case "long":
      case "float":
      case "double":
      case "bytes":
      case "string":
        return primitiveTypes[shape.kind];
    }
  }

  /** The class of a union that is more than "null or one other": named after the field where its branches first came. */
  unionOf(shape: UnionShape, at: string): UnionName {
    const key = unionKey(shape);
    const known = this.#unions.get(key);
    if (known !== undefined) return known;
    const name = this.#free(at.split(".").map(pascal).join(""));
    this.#taken.add(name);
    const parts = new Set<string>();
    const branches = shape.branches.map((branch, tag): BranchName => {
      let part = decimalOf(branch) === undefined ? pascal(shortNameOf(branchNameOf(branch))) : "Decimal";
      while (parts.has(part)) part += "_";
      parts.add(part);
      return { tag, shape: branch, part };
    });
    const union = { name, branches };
    this.#unions.set(key, union);
    // What a branch can't be is said of the field, before the class of the union is made.
    for (const { shape: branch } of branches) this.typeOf(branch, at);
    return union;
  }

  /** All unions so far. Generating one may name further ones; iterating sees them too. */
  get unions(): Iterable<UnionName> {
    return this.#unions.values();
  }

  #free(wish: string, siblings: readonly string[] = []): string {
    return freeName(wish, (name) => this.#taken.has(name) || reserved.has(name) || typeWords.has(name), siblings);
  }
}

/** A function's name: the name itself, or with an underscore where the language takes it for itself, as in `switch_`. */
export function freeFunctionName(name: string): string {
  return freeName(name, (wish) => reserved.has(wish) || wish === "delete", []);
}

/** The name itself, or with as many underscores at its end as it takes to be allowed and no sibling's name. */
function freeName(wish: string, isForbidden: (name: string) => boolean, siblings: readonly string[]): string {
  let name = wish;
  while (isForbidden(name) || (name !== wish && siblings.includes(name))) name += "_";
  return name;
}

/** What a union is told apart by: everything that its class depends on. */
function unionKey({ branches }: UnionShape): string {
  return `[${branches.map(shapeKey).join("|")}]`;
}

function shapeKey(shape: Shape): string {
  if (shape.kind === "array") return `array ${shapeKey(shape.items)}`;
  if (shape.kind === "map") return `map ${shapeKey(shape.values)}`;
  if (shape.kind === "union") return unionKey(shape);
  const decimal = decimalOf(shape);
  return `${branchNameOf(shape)}${decimal === undefined ? "" : ` ${decimal.precision} ${decimal.scale}`}`;
}

function decimalType(shape: Shape, at: string): string {
  const { precision = 0 } = decimalOf(shape) ?? {};
  if (precision <= decimalDigitsMax) return "Decimal";
  throw new EventoError(
    "SCHEMA_NOT_SUPPORTED",
    `${at} is a decimal of ${precision} digits, expected at most ${decimalDigitsMax}`,
    { hint: "lower the precision, or write this function in a language whose tools take it" },
  );
}

export type DecimalLogical = Extract<Logical, { kind: "decimal" }>;

/** Precision and scale when a shape is a decimal. */
export function decimalOf(shape: Shape): DecimalLogical | undefined {
  return (shape.kind === "bytes" || shape.kind === "fixed") && shape.logical?.kind === "decimal"
    ? shape.logical
    : undefined;
}

/** The other branch of "null or one other"; undefined for any other union. */
export function optionalOf({ branches }: UnionShape): Shape | undefined {
  const others = branches.filter((branch) => branch.kind !== "null");
  return branches.length === 2 && others.length === 1 ? others[0] : undefined;
}

/** Whether AssemblyScript holds it by value, so that it can't be null. */
export function isValue({ kind }: Shape): boolean {
  return ["boolean", "int", "long", "float", "double", "enum"].includes(kind);
}

/** Where a field is, in the words of a message: `Transfer.amount`. */
export function placeOfField(record: RecordShape, field: string): string {
  return `${shortNameOf(record.name)}.${field}`;
}

/** `card_type` as `CardType`. */
export function pascal(text: string): string {
  return text
    .split(/[^A-Za-z0-9]+/)
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join("");
}

/** The first symbol's name stands for an enum that nobody has given. */
export function firstSymbolOf({ symbols }: EnumShape): string {
  const [first] = symbols;
  if (first === undefined) throw new Error("invariant broken: an enum without symbols has passed");
  return first;
}
