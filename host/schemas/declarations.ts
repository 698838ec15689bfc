// Where each named type of a schema is declared. Types may be used before their declaration: authors put the root first.
import type { FaultList } from "./fault-list.ts";
import { isJsonObject, type JsonObject } from "./json-object.ts";
import { fullNameOf, namespaceOf } from "./schema-names.ts";

export type Declaration = {
  readonly name: string;
  readonly node: JsonObject;
  readonly path: string;
  /** Namespace that short names inside it belong to. */
  readonly namespace: string;
  /** Types that it stands in. */
  readonly depth: number;
};

export type Declarations = ReadonlyMap<string, Declaration>;

type DeclarationNode = JsonObject & { readonly type: "record" | "enum" | "fixed" };

const namedKinds = new Set<unknown>(["record", "enum", "fixed"]);

/** Whether a node declares a named type. */
export function isDeclaration(node: unknown): node is DeclarationNode {
  return isJsonObject(node) && namedKinds.has(node["type"]);
}

class Collector {
  readonly found = new Map<string, Declaration>();
  readonly #faults: FaultList;

  constructor({ faults }: { faults: FaultList }) {
    this.#faults = faults;
  }

  walk(node: unknown, path: string, namespace: string, depth: number): void {
    if (Array.isArray(node)) {
      for (const [index, branch] of node.entries()) this.walk(branch, `${path}[${index}]`, namespace, depth + 1);
      return;
    }
    if (!isJsonObject(node)) return;
    if (isDeclaration(node)) this.#declare(node, path, namespace, depth);
    else if (node["type"] === "array") this.walk(node["items"], `${path}.items`, namespace, depth + 1);
    else if (node["type"] === "map") this.walk(node["values"], `${path}.values`, namespace, depth + 1);
  }

  #declare(node: JsonObject, path: string, enclosing: string, depth: number): void {
    const namespace = namespaceOf(node, enclosing);
    if (typeof node["name"] === "string") {
      const name = fullNameOf(node["name"], namespace);
      const first = this.found.get(name);
      if (first === undefined) this.found.set(name, { name, node, path, namespace, depth });
      else this.#faults.add(`${path}.name`, `is ${name}, which ${first.path} declares already`);
    }
    if (node["type"] !== "record" || !Array.isArray(node["fields"])) return;
    for (const [index, field] of node["fields"].entries())
      if (isJsonObject(field)) this.walk(field["type"], `${path}.fields[${index}].type`, namespace, depth + 1);
  }
}

/** Finds all named types of a schema, the nested ones too. A name declared twice is a fault. */
export function collectDeclarations(nodes: readonly unknown[], faults: FaultList): Declarations {
  const collector = new Collector({ faults });
  for (const [index, node] of nodes.entries()) collector.walk(node, `[${index}]`, "", 0);
  return collector.found;
}

/** The path of a type's declaration. */
export function placeOf(name: string, declarations: Declarations): string {
  return declarations.get(name)?.path ?? "";
}
