// Reads the JSON of a schema into shapes. What is wrong is noted with its place, and reading goes on, so that an author sees all of it.
import { bodyBytesMax, schemaDepthMax } from "../limits.ts";
import { isDeclaration, type Declaration, type Declarations } from "./declarations.ts";
import type { FaultList } from "./fault-list.ts";
import { describe } from "./format.ts";
import { isJsonObject, type JsonObject } from "./json-object.ts";
import { readLogical, type Annotated } from "./logical-types.ts";
import { readMark, readReferences } from "./record-marks.ts";
import { fullNameOf, isName } from "./schema-names.ts";
import {
  branchNameOf,
  shortNameOf,
  type EnumShape,
  type FieldShape,
  type FixedShape,
  type Logical,
  type Mark,
  type NamedShape,
  type PrimitiveName,
  type RecordShape,
  type Shape,
} from "./shape.ts";

const primitiveNames: ReadonlySet<unknown> = new Set<PrimitiveName>([
  "null",
  "boolean",
  "int",
  "long",
  "float",
  "double",
  "bytes",
  "string",
]);

/** Stands for a type that could not be read, so that the rest can be. */
const unreadable: Shape = { kind: "null" };

type Place = { readonly path: string; readonly namespace: string; readonly depth: number };

function isPrimitiveName(name: unknown): name is PrimitiveName {
  return primitiveNames.has(name);
}

/** Where a part of a type is. */
function inside(place: Place, step: string): Place {
  return { ...place, path: `${place.path}${step}`, depth: place.depth + 1 };
}

export class ShapeParser {
  readonly #declarations: Declarations;
  readonly #faults: FaultList;
  readonly #shapes = new Map<string, NamedShape>();
  #fieldCount = 0;

  constructor({ declarations, faults }: { declarations: Declarations; faults: FaultList }) {
    this.#declarations = declarations;
    this.#faults = faults;
  }

  get fieldCount(): number {
    return this.#fieldCount;
  }

  /** Reads all declared types, by full name in the order of their declarations. */
  named(): ReadonlyMap<string, NamedShape> {
    const shapes = new Map<string, NamedShape>();
    for (const [name, declaration] of this.#declarations) shapes.set(name, this.#declared(declaration));
    return shapes;
  }

  #declared(declaration: Declaration): NamedShape {
    const known = this.#shapes.get(declaration.name);
    if (known !== undefined) return known;
    const { node, path, name } = declaration;
    const short = shortNameOf(name);
    if (!isName(short) || isPrimitiveName(short))
      this.#faults.add(
        `${path}.name`,
        `is ${describe(short)}, expected [A-Za-z_][A-Za-z0-9_]*, no primitive or __proto__`,
      );
    if (node["type"] !== "record" && node["evento"] !== undefined)
      this.#faults.add(`${path}.evento`, `marks ${String(node["type"])}, expected a record`);
    const aliases = this.#aliases(node, path).map((alias) => fullNameOf(alias, declaration.namespace));
    switch (node["type"]) {
      case "enum":
        return this.#enum(declaration, aliases);
      case "fixed":
        return this.#fixed(declaration, aliases);
      default:
        return this.#record(declaration, aliases);
    }
  }

  #record(declaration: Declaration, aliases: readonly string[]): RecordShape {
    const { name, node, path } = declaration;
    const mark = readMark(node, path, this.#faults);
    const fields: FieldShape[] = [];
    const shape: RecordShape = { kind: "record", name, aliases, fields, mark };
    this.#shapes.set(name, shape);
    if (!Array.isArray(node["fields"])) {
      this.#faults.add(`${path}.fields`, `is ${describe(node["fields"])}, expected an array of fields`);
      return shape;
    }
    const names = new Set<unknown>();
    for (const [index, field] of node["fields"].entries()) {
      const fieldPath = `${path}.fields[${index}]`;
      if (!isJsonObject(field)) {
        this.#faults.add(fieldPath, `is ${describe(field)}, expected a field`);
        continue;
      }
      if (names.has(field["name"])) this.#faults.add(`${fieldPath}.name`, `is ${describe(field["name"])} again`);
      names.add(field["name"]);
      fields.push(this.#field(field, mark, { ...declaration, path: fieldPath }));
    }
    return shape;
  }

  #field(field: JsonObject, mark: Mark, place: Place): FieldShape {
    const { path } = place;
    this.#fieldCount++;
    const { name } = field;
    if (!isName(name))
      this.#faults.add(
        `${path}.name`,
        `is ${describe(name)}, expected [A-Za-z_][A-Za-z0-9_]*, not __proto__ or constructor`,
      );
    if (field["evento"] !== undefined) this.#faults.add(`${path}.evento`, "marks a field, expected a record");
    const shape = this.#type(field["type"], inside(place, ".type"));
    const references = readReferences(field, { mark, shape, path, faults: this.#faults });
    return {
      name: String(name),
      aliases: this.#aliases(field, path),
      shape,
      ...(Object.hasOwn(field, "default") ? { default: { json: field["default"] } } : {}),
      ...(references === undefined ? {} : { references }),
    };
  }

  #enum({ name, node, path }: Declaration, aliases: readonly string[]): EnumShape {
    const symbols: string[] = [];
    const known = new Set<string>();
    const listed = node["symbols"];
    if (!Array.isArray(listed) || listed.length === 0)
      this.#faults.add(`${path}.symbols`, `is ${describe(listed)}, expected a list of at least one symbol`);
    else
      for (const [index, symbol] of listed.entries()) {
        if (!isName(symbol))
          this.#faults.add(`${path}.symbols[${index}]`, `is ${describe(symbol)}, expected [A-Za-z_][A-Za-z0-9_]*`);
        else if (known.has(symbol)) this.#faults.add(`${path}.symbols[${index}]`, `is ${describe(symbol)} again`);
        else {
          known.add(symbol);
          symbols.push(symbol);
        }
      }
    const fallback = node["default"];
    const isSymbol = typeof fallback === "string" && known.has(fallback);
    if (fallback !== undefined && !isSymbol)
      this.#faults.add(`${path}.default`, `is ${describe(fallback)}, expected one of the symbols`);
    const shape: EnumShape = { kind: "enum", name, aliases, symbols, ...(isSymbol ? { default: fallback } : {}) };
    this.#shapes.set(name, shape);
    return shape;
  }

  #fixed({ name, node, path }: Declaration, aliases: readonly string[]): FixedShape {
    let { size } = node;
    if (typeof size !== "number" || !Number.isInteger(size) || size < 1 || size > bodyBytesMax) {
      this.#faults.add(`${path}.size`, `is ${describe(size)}, expected 1 to ${bodyBytesMax} bytes`);
      size = 1;
    }
    const bytes = Number(size);
    const shape: FixedShape = {
      kind: "fixed",
      name,
      aliases,
      size: bytes,
      ...this.#logical(node, path, { kind: "fixed", size: bytes }),
    };
    this.#shapes.set(name, shape);
    return shape;
  }

  #logical(node: JsonObject, path: string, annotated: Annotated): { logical?: Logical } {
    const { logical, fault } = readLogical(node, annotated);
    if (fault !== undefined) this.#faults.add(`${path}.logicalType`, fault);
    return logical === undefined ? {} : { logical };
  }

  #aliases(node: JsonObject, path: string): readonly string[] {
    const { aliases = [] } = node;
    if (Array.isArray(aliases) && aliases.every((alias) => typeof alias === "string" && isName(shortNameOf(alias))))
      return aliases;
    this.#faults.add(`${path}.aliases`, "is expected to be a list of names");
    return [];
  }

  #type(node: unknown, place: Place): Shape {
    if (place.depth > schemaDepthMax) return this.#refuse(place, `is nested deeper than ${schemaDepthMax} types`);
    if (typeof node === "string") return isPrimitiveName(node) ? { kind: node } : this.#reference(node, place);
    if (Array.isArray(node)) return this.#union(node, place);
    if (!isJsonObject(node)) return this.#refuse(place, `is ${describe(node)}, expected a type`);
    if (isDeclaration(node)) return this.#nested(node, place);
    const { type } = node;
    if (isPrimitiveName(type)) return { kind: type, ...this.#logical(node, place.path, { kind: type }) };
    if (type === "array") return { kind: "array", items: this.#type(node["items"], inside(place, ".items")) };
    if (type === "map") return { kind: "map", values: this.#type(node["values"], inside(place, ".values")) };
    if (typeof type === "string") return this.#reference(type, inside(place, ".type"));
    return this.#refuse(inside(place, ".type"), `is ${describe(type)}, expected the name of a type`);
  }

  #refuse({ path }: Place, message: string): Shape {
    this.#faults.add(path, message);
    return unreadable;
  }

  #reference(name: string, place: Place): Shape {
    const declaration = this.#declarations.get(fullNameOf(name, place.namespace));
    if (declaration === undefined) return this.#refuse(place, `is ${describe(name)}, which is no type of this schema`);
    return this.#declared(declaration);
  }

  #nested(node: JsonObject, place: Place): Shape {
    if (typeof node["name"] !== "string") return this.#refuse(inside(place, ".name"), "is expected to be a name");
    // A second declaration under one name has been refused already.
    const name = fullNameOf(node["name"], typeof node["namespace"] === "string" ? node["namespace"] : place.namespace);
    const declaration = this.#declarations.get(name);
    return declaration === undefined ? unreadable : this.#declared(declaration);
  }

  #union(nodes: readonly unknown[], place: Place): Shape {
    if (nodes.length === 0) return this.#refuse(place, "is a union of nothing, expected at least one type");
    const names = new Set<string>();
    const branches = nodes.map((node, index): Shape => {
      const at = inside(place, `[${index}]`);
      if (Array.isArray(node)) return this.#refuse(at, "is a union inside a union");
      const branch = this.#type(node, at);
      const name = branchNameOf(branch);
      if (branch !== unreadable && names.has(name)) return this.#refuse(at, `is a second branch ${name}`);
      names.add(name);
      return branch;
    });
    return { kind: "union", branches };
  }
}
