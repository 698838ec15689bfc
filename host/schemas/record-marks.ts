// Evento's own attributes: what a record is (`evento`, `entity`), and what a field of the root refers to (`references`).
import type { FaultList } from "./fault-list.ts";
import { describe } from "./format.ts";
import type { JsonObject } from "./json-object.ts";
import { isAggregateName, isEntityType } from "./schema-names.ts";
import type { Mark, Shape } from "./shape.ts";

const valueMark: Mark = { kind: "value" };

/** Reads the mark of a record; an unmarked one is a value object. */
export function readMark(node: JsonObject, path: string, faults: FaultList): Mark {
  const { evento, entity } = node;
  if (evento === "root" || evento === "entity") {
    if (isEntityType(entity)) return { kind: evento, entity };
    faults.add(
      `${path}.entity`,
      `is ${describe(entity)}, expected an entity type such as "savings": [a-z][A-Za-z0-9]*`,
    );
    return valueMark;
  }
  if (entity !== undefined)
    faults.add(
      `${path}.entity`,
      `is given although evento is ${describe(evento)}, expected it on root and entity alone`,
    );
  if (evento === "event" || evento === "command") return { kind: evento };
  if (evento !== undefined)
    faults.add(
      `${path}.evento`,
      `is ${describe(evento)}, expected root, entity, event or command, or none for a value object`,
    );
  return valueMark;
}

function isReferenceShape(shape: Shape): boolean {
  if (shape.kind === "array") return shape.items.kind === "string";
  if (shape.kind === "map") return shape.values.kind === "string";
  if (shape.kind !== "union") return shape.kind === "string";
  const kinds = shape.branches.map((branch) => branch.kind);
  return kinds.length === 2 && kinds.includes("null") && kinds.includes("string");
}

/** Reads the attribute `references` of a field. */
export function readReferences(
  field: JsonObject,
  { mark, shape, path, faults }: { mark: Mark; shape: Shape; path: string; faults: FaultList },
): string | undefined {
  const aggregate = field["references"];
  if (aggregate === undefined) return undefined;
  if (mark.kind !== "root")
    faults.add(`${path}.references`, "is not in the root: only fields of the root's own record hold references");
  else if (!isAggregateName(aggregate))
    faults.add(`${path}.references`, `is ${describe(aggregate)}, expected the name of an aggregate such as "Client"`);
  else if (!isReferenceShape(shape))
    faults.add(`${path}.type`, "holds references, expected string, null or string, or an array or map of strings");
  else return aggregate;
  return undefined;
}
