// avsc as a second opinion on what bytes mean. Longs as bigints, unions always wrapped, so that nothing is lost or guessed.
import avro from "avsc";

const exactLong = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.alloc(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === "bigint",
  compare: (a: bigint, b: bigint) => (a < b ? -1 : Number(a > b)),
});

/** avsc replaces its own long only where a schema says no more than "long". */
function withoutAnnotations(_: string, node: unknown): unknown {
  const isAnnotated =
    typeof node === "object" && node !== null && "logicalType" in node && "type" in node && !("name" in node);
  return isAnnotated ? node.type : node;
}

/** The type that avsc makes of a schema which is complete by itself; logical types show as what is underneath. */
export function avscType(schema: unknown): avro.Type {
  return avro.Type.forSchema(JSON.parse(JSON.stringify(schema), withoutAnnotations), {
    wrapUnions: "always",
    omitRecordMethods: true,
    registry: { long: exactLong },
  });
}
