// Avro records as the journal stores them.
import avro from "avsc";

/** Makes the Avro type of a record from its fields. */
export function recordType(name: string, fields: readonly object[]): avro.Type {
  // avsc's types want mutable, exact schemas; the shape is checked by avsc itself.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const schema = { type: "record", name, fields } as unknown as avro.Schema;
  return avro.Type.forSchema(schema, { wrapUnions: false });
}

export const text = (name: string): object => ({ name, type: "string" });
export const long = (name: string): object => ({ name, type: "long" });
export const bytes = (name: string): object => ({ name, type: "bytes" });
export const texts = (name: string): object => ({ name, type: { type: "array", items: "string" } });
