// Checks of a schema that has been read without a fault so far: its defaults, and that it is Avro to others too.
import avro from "avsc";

import { reasonOf } from "../errors.ts";
import { schemaBytesMax } from "../limits.ts";
import { ByteSink } from "./byte-sink.ts";
import { ByteSource } from "./byte-source.ts";
import { placeOf, type Declarations } from "./declarations.ts";
import { encodeDefault, writeDefault } from "./default-value.ts";
import type { FaultList } from "./fault-list.ts";
import type { FormatCompiler } from "./format-compiler.ts";
import { inlineSchema } from "./inline-schema.ts";
import { recordsOf } from "./schema-roles.ts";
import type { NamedShape } from "./shape.ts";

/** Defaults have to be of their fields' types. */
export function checkDefaults(
  types: ReadonlyMap<string, NamedShape>,
  declarations: Declarations,
  faults: FaultList,
): void {
  const sink = new ByteSink({ bytesMax: schemaBytesMax });
  for (const { name, fields } of recordsOf(types))
    for (const [index, field] of fields.entries()) {
      if (field.default === undefined) continue;
      sink.open(`${placeOf(name, declarations)}.fields[${index}].default`);
      try {
        writeDefault(sink, field.shape, field.default.json);
      } catch (thrown) {
        sink.fault(reasonOf(thrown));
      }
      for (const { path, message } of sink.faults.faults) faults.add(path, message);
    }
}

/** Logical types allow less than the types underneath: a default has to be a value that could be given back. */
export function checkLogicalDefaults(
  types: ReadonlyMap<string, NamedShape>,
  { formats, declarations, faults }: { formats: FormatCompiler; declarations: Declarations; faults: FaultList },
): void {
  const source = new ByteSource();
  for (const { name, fields } of recordsOf(types))
    for (const [index, field] of fields.entries()) {
      const bytes = encodeDefault(field);
      if (bytes === undefined) continue;
      const path = `${placeOf(name, declarations)}.fields[${index}].default`;
      try {
        source.open(bytes, "");
        formats.formatOf(field.shape).scan(source);
      } catch (thrown) {
        faults.add(path, `is not what its type allows: ${reasonOf(thrown)}`);
      }
    }
}

/** What we accept must be Avro to everybody: consumers read these schemas with libraries of their own. */
export function checkWithAvsc(declarations: Declarations, faults: FaultList): void {
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
