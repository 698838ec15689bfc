// One version of an aggregate's schema: parsed once, then everything that reads or writes its records hangs on it.
import { EventoError } from "../errors.ts";
import { schemaFieldsMax, schemasParsedMax } from "../limits.ts";
import { canonicalText } from "./canonical-text.ts";
import { collectDeclarations } from "./declarations.ts";
import { FaultList } from "./fault-list.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { describe } from "./format.ts";
import { FormatCompiler } from "./format-compiler.ts";
import { recordCodec, type RecordCodec } from "./record-codec.ts";
import { referenceScan } from "./reference-scan.ts";
import { checkDefaults, checkLogicalDefaults, checkWithAvsc } from "./schema-checks.ts";
import { boundedText } from "./schema-limits.ts";
import { findRoot, readEntityTypes, readName, recordsOf, type EntityType } from "./schema-roles.ts";
import { ShapeParser } from "./shape-parser.ts";
import { shortNameOf, type NamedShape } from "./shape.ts";

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

function throwFaults(faults: FaultList): void {
  if (faults.count === 0) return;
  throw new EventoError("SCHEMA_INVALID", `found a schema that can't be used: ${faults.summary()}`, {
    hint: "a schema is a JSON array of named Avro types in one namespace, the aggregate's name, with evento marks on its records",
    faults: faults.faults,
  });
}

/** Schemas by their text: one and the same is parsed by the check of a function, its deployment and each start of an engine. */
const parsed = new Map<string, AggregateSchema>();

/**
 * Parses the schema of an aggregate, or finds it among those parsed before.
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
  const known = parsed.get(text);
  if (known !== undefined) return known;

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
  const schema: AggregateSchema = {
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
  if (options.reserved === true) return schema;
  if (parsed.size >= schemasParsedMax) parsed.clear();
  parsed.set(text, schema);
  return schema;
}
