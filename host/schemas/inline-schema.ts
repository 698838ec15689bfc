// Schemas that are complete by themselves: every type of the aggregate that a record uses is declared where it is first used.
import type { Declaration, Declarations } from "./declarations.ts";
import { isDeclaration } from "./declarations.ts";
import { isJsonObject, type JsonObject } from "./json-object.ts";
import { fullNameOf, namespaceOf } from "./schema-names.ts";
import { shortNameOf } from "./shape.ts";

/** Declares a type and, inside it, all that it uses and that is not in `declared` yet. */
export function inlineSchema(name: string, declarations: Declarations, declared = new Set<string>()): JsonObject {
  const declaration = declarations.get(name);
  if (declaration === undefined) throw new Error(`schema has no type ${name}`);
  return declare(declaration);

  function declare({ name, node, namespace }: Declaration): JsonObject {
    declared.add(name);
    const { fields } = node;
    return {
      ...node,
      name: shortNameOf(name),
      namespace,
      ...(Array.isArray(fields) ? { fields: fields.map((field: unknown) => inlineField(field, namespace)) } : {}),
    };
  }

  function inlineField(field: unknown, namespace: string): unknown {
    return isJsonObject(field) ? { ...field, type: inline(field["type"], namespace) } : field;
  }

  function use(name: string): unknown {
    const declaration = declarations.get(name);
    return declaration === undefined || declared.has(name) ? name : declare(declaration);
  }

  function inline(node: unknown, namespace: string): unknown {
    if (typeof node === "string")
      return declarations.has(fullNameOf(node, namespace)) ? use(fullNameOf(node, namespace)) : node;
    if (Array.isArray(node)) return node.map((branch: unknown) => inline(branch, namespace));
    if (!isJsonObject(node)) return node;
    if (isDeclaration(node)) return use(fullNameOf(String(node["name"]), namespaceOf(node, namespace)));
    if (node["type"] === "array") return { ...node, items: inline(node["items"], namespace) };
    if (node["type"] === "map") return { ...node, values: inline(node["values"], namespace) };
    // An annotated primitive stays as it is; {"type": "Money"} is another way of writing "Money".
    const type = inline(node["type"], namespace);
    return type === node["type"] ? node : type;
  }
}
