// The rules that hold for a schema as a whole: one namespace, one root, each entity type once.
import { isDeclaration, placeOf, type Declarations } from "./declarations.ts";
import type { FaultList } from "./fault-list.ts";
import { describe } from "./format.ts";
import { isAggregateName, namespaceOf } from "./schema-names.ts";
import { shortNameOf, type NamedShape, type RecordShape } from "./shape.ts";

export type EntityType = {
  readonly kind: "root" | "entity";
  /** Name of its record, without the namespace. */
  readonly record: string;
};

/** The namespace that the host keeps for its own aggregate. */
const reservedName = "evento";

/** The aggregate's name: the namespace that all types share. */
export function readName(
  nodes: readonly unknown[],
  declarations: Declarations,
  faults: FaultList,
  reserved: boolean,
): string {
  for (const [index, node] of nodes.entries())
    if (!isDeclaration(node)) faults.add(`[${index}]`, `is ${describe(node)}, expected a record, enum or fixed`);
    else if (typeof node["name"] !== "string")
      faults.add(`[${index}].name`, `is ${describe(node["name"])}, expected a name`);
  const first = nodes.find(isDeclaration);
  const name = first === undefined ? "" : namespaceOf(first, "");
  if (first !== undefined && !(reserved ? name === reservedName : isAggregateName(name)))
    faults.add(
      "",
      `has the namespace ${describe(name)}, expected the aggregate's name such as "SavingsAccount": [A-Z][A-Za-z0-9]*`,
    );
  for (const { namespace, path } of declarations.values())
    if (namespace !== name)
      faults.add(
        path,
        `is in the namespace ${describe(namespace)}, expected that of the first type, ${describe(name)}`,
      );
  return name;
}

/** The records among types. */
export function recordsOf(types: ReadonlyMap<string, NamedShape>): RecordShape[] {
  return [...types.values()].filter((shape) => shape.kind === "record");
}

/** The entity types that records are marked with; one that two have is a fault. */
export function readEntityTypes(
  types: ReadonlyMap<string, NamedShape>,
  declarations: Declarations,
  faults: FaultList,
): Map<string, EntityType> {
  const entityTypes = new Map<string, EntityType>();
  for (const { mark, name } of recordsOf(types)) {
    if (mark.kind !== "root" && mark.kind !== "entity") continue;
    const other = entityTypes.get(mark.entity);
    if (other === undefined) entityTypes.set(mark.entity, { kind: mark.kind, record: shortNameOf(name) });
    else faults.add(`${placeOf(name, declarations)}.entity`, `is ${mark.entity}, which ${other.record} has already`);
  }
  return entityTypes;
}

/** The record marked as the root; a schema with none, or with more, has a fault. */
export function findRoot(
  types: ReadonlyMap<string, NamedShape>,
  declarations: Declarations,
  faults: FaultList,
): RecordShape | undefined {
  const [root, ...more] = recordsOf(types).filter((shape) => shape.mark.kind === "root");
  if (root === undefined) faults.add("", 'has no record with "evento": "root", expected exactly one');
  for (const shape of more)
    faults.add(`${placeOf(shape.name, declarations)}.evento`, `is a second root beside ${root?.name ?? ""}`);
  return root;
}
