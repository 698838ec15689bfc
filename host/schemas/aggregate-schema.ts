// One version of an aggregate's schema: parsed once, then everything that reads or writes its records hangs on it.
import avro from "avsc";

import { EventoError, reasonOf } from "../errors.ts";
import { schemaBytesMax, schemaFieldsMax } from "../limits.ts";
import { ByteSink } from "./byte-sink.ts";
import { ByteSource } from "./byte-source.ts";
import { canonicalText } from "./canonical-text.ts";
import { collectDeclarations, isDeclaration, type Declarations } from "./declarations.ts";
import { encodeDefault, writeDefault } from "./default-value.ts";
import { FaultList } from "./fault-list.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { describe } from "./format.ts";
import { FormatCompiler } from "./format-compiler.ts";
import { inlineSchema } from "./inline-schema.ts";
import { recordCodec, type RecordCodec } from "./record-codec.ts";
import { referenceScan } from "./reference-scan.ts";
import { boundedText } from "./schema-limits.ts";
import { isAggregateName, namespaceOf } from "./schema-names.ts";
import { ShapeParser } from "./shape-parser.ts";
import { shortNameOf, type NamedShape, type RecordShape } from "./shape.ts";

export type EntityType = {
  readonly kind: "root" | "entity";
  /** Name of its record, without the namespace. */
  readonly record: string;
};

export type AggregateSchema = {
  /** Name of the aggregate: the namespace of all types. */
  readonly name: string;
  /** CRC-64-AVRO of the canonical text, 16 hex digits: the name of this version. */
  readonly fingerprint: string;
  /** The JSON text, as it is stored and given back. */
  readonly text: string;
  readonly rootEntityType: string;
  readonly root: RecordCodec;
  readonly entityTypes: ReadonlyMap<string, EntityType>;
  /** By record name, without the namespace. */
  readonly events: ReadonlyMap<string, RecordCodec>;
  readonly commands: ReadonlyMap<string, RecordCodec>;
  readonly references: readonly { readonly field: string; readonly aggregate: string }[];
  /** All named types by full name, as they were read. */
  readonly types: ReadonlyMap<string, NamedShape>;
  /** Entity ids that the reference fields of a root record hold: sorted, without repeats. */
  referencesIn(state: Uint8Array): readonly string[];
};

/** The namespace that the host keeps for its own aggregate. */
const reservedName = "evento";

function throwFaults(faults: FaultList): void {
  if (faults.count === 0) return;
  throw new EventoError("SCHEMA_INVALID", `found a schema that can't be used: ${faults.summary()}`, {
    hint: "a schema is a JSON array of named Avro types in one namespace, the aggregate's name, with evento marks on its records",
    faults: faults.faults,
  });
}

/** The aggregate's name: the namespace that all types share. */
function readName(nodes: readonly unknown[], declarations: Declarations, faults: FaultList, reserved: boolean): string {
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

function recordsOf(types: ReadonlyMap<string, NamedShape>): RecordShape[] {
  return [...types.values()].filter((shape) => shape.kind === "record");
}

function readEntityTypes(
  types: ReadonlyMap<string, NamedShape>,
  declarations: Declarations,
  faults: FaultList,
): Map<string, EntityType> {
  const entityTypes = new Map<string, EntityType>();
  for (const { mark, name } of recordsOf(types)) {
    if (mark.kind !== "root" && mark.kind !== "entity") continue;
    const other = entityTypes.get(mark.entity);
    if (other === undefined) entityTypes.set(mark.entity, { kind: mark.kind, record: shortNameOf(name) });
    else
      faults.add(
        `${declarations.get(name)?.path ?? ""}.entity`,
        `is ${mark.entity}, which ${other.record} has already`,
      );
  }
  return entityTypes;
}

function findRoot(
  types: ReadonlyMap<string, NamedShape>,
  declarations: Declarations,
  faults: FaultList,
): RecordShape | undefined {
  const [root, ...more] = recordsOf(types).filter((shape) => shape.mark.kind === "root");
  if (root === undefined) faults.add("", 'has no record with "evento": "root", expected exactly one');
  for (const shape of more)
    faults.add(`${declarations.get(shape.name)?.path ?? ""}.evento`, `is a second root beside ${root?.name ?? ""}`);
  return root;
}

function checkDefaults(types: ReadonlyMap<string, NamedShape>, declarations: Declarations, faults: FaultList): void {
  const sink = new ByteSink({ bytesMax: schemaBytesMax });
  for (const { name, fields } of recordsOf(types))
    for (const [index, field] of fields.entries()) {
      if (field.default === undefined) continue;
      sink.open(`${declarations.get(name)?.path ?? ""}.fields[${index}].default`);
      try {
        writeDefault(sink, field.shape, field.default.json);
      } catch (thrown) {
        sink.fault(reasonOf(thrown));
      }
      for (const { path, message } of sink.faults.faults) faults.add(path, message);
    }
}

/** Logical types allow less than the types underneath: a default has to be a value that could be given back. */
function checkLogicalDefaults(
  types: ReadonlyMap<string, NamedShape>,
  { formats, declarations, faults }: { formats: FormatCompiler; declarations: Declarations; faults: FaultList },
): void {
  const source = new ByteSource();
  for (const { name, fields } of recordsOf(types))
    for (const [index, field] of fields.entries()) {
      const bytes = encodeDefault(field);
      if (bytes === undefined) continue;
      const path = `${declarations.get(name)?.path ?? ""}.fields[${index}].default`;
      try {
        source.open(bytes, "");
        formats.formatOf(field.shape).scan(source);
      } catch (thrown) {
        faults.add(path, `is not what its type allows: ${reasonOf(thrown)}`);
      }
    }
}

/** What we accept must be Avro to everybody: consumers read these schemas with libraries of their own. */
function checkWithAvsc(declarations: Declarations, faults: FaultList): void {
  const registry = {};
  const declared = new Set<string>();
  for (const { name, path } of declarations.values()) {
    if (declared.has(name)) continue;
    try {
      const schema = JSON.parse(JSON.stringify(inlineSchema(name, declarations, declared)));
      avro.Type.forSchema(schema, { registry, wrapUnions: "always", omitRecordMethods: true });
    } catch (thrown) {
      faults.add(path, `is no Avro: ${reasonOf(thrown)}`);
    }
  }
}

/**
 * Parses the schema of an aggregate.
 *
 * @param value - JSON array of named types.
 * @param options - `reserved` for the host's own schema, in the namespace that nobody else may have.
 * @throws EventoError SCHEMA_INVALID with faults at paths such as `[3].fields[1].type`, at most `faultsMax`.
 */
export function parseAggregateSchema(value: unknown, options: { readonly reserved?: boolean } = {}): AggregateSchema {
  const faults = new FaultList();
  if (!Array.isArray(value) || value.length === 0)
    faults.add("", `is ${describe(value)}, expected a JSON array of named types`);
  const nodes: readonly unknown[] = Array.isArray(value) ? value : [];
  const text = boundedText(value, faults) ?? "";
  throwFaults(faults);

  const declarations = collectDeclarations(nodes, faults);
  const name = readName(nodes, declarations, faults, options.reserved ?? false);
  const parser = new ShapeParser({ declarations, faults });
  const types = parser.named();
  if (parser.fieldCount > schemaFieldsMax)
    faults.add("", `has ${parser.fieldCount} fields, expected at most ${schemaFieldsMax}`);
  const entityTypes = readEntityTypes(types, declarations, faults);
  const root = findRoot(types, declarations, faults);
  throwFaults(faults);
  checkDefaults(types, declarations, faults);
  throwFaults(faults);

  const formats = new FormatCompiler();
  checkLogicalDefaults(types, { formats, declarations, faults });
  checkWithAvsc(declarations, faults);
  throwFaults(faults);
  if (root?.mark.kind !== "root") throw new Error("a schema without a root has passed");

  const codecs = (kind: "event" | "command"): ReadonlyMap<string, RecordCodec> =>
    new Map(
      recordsOf(types)
        .filter((shape) => shape.mark.kind === kind)
        .map((shape) => [shortNameOf(shape.name), recordCodec(shape, { formats, declarations })]),
    );
  return {
    name,
    fingerprint: fingerprintOf(canonicalText(types.values())),
    text,
    rootEntityType: root.mark.entity,
    root: recordCodec(root, { formats, declarations }),
    entityTypes,
    events: codecs("event"),
    commands: codecs("command"),
    references: root.fields.flatMap(({ name, references }) =>
      references === undefined ? [] : [{ field: name, aggregate: references }],
    ),
    types,
    referencesIn: referenceScan(root, formats),
  };
}
