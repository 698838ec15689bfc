import { isDeepStrictEqual } from "node:util";

import test, { type ExecutionContext } from "ava";
import * as fc from "fast-check";

import { EventoError } from "../../host/errors.ts";
import type { RecordCodec } from "../../host/schemas/record-codec.ts";
import { avscType } from "./avsc-oracle.ts";
import { codecOf } from "./sample-schema.ts";
import { exactScalars, logicalScalars, plainScalars, schemaCases, type SchemaCase } from "./schema-arbitrary.ts";

/** Where a property fails, fast-check prints its seed. */
function holds(t: ExecutionContext, property: fc.IProperty<unknown>, numRuns: number): void {
  t.notThrows(() => fc.assert(property, { numRuns }));
}

function valuesOf(cases: fc.Arbitrary<SchemaCase>): fc.Arbitrary<{ codec: RecordCodec; value: unknown }> {
  return cases.chain(({ fields, values }) => values.map((value) => ({ codec: codecOf(fields), value })));
}

/** Whether the guard lets bytes pass; throws what is no refusal. */
function passes(codec: RecordCodec, bytes: Uint8Array): boolean {
  try {
    codec.check(bytes);
    return true;
  } catch (thrown) {
    if (thrown instanceof EventoError && thrown.code === "AVRO_INVALID") return false;
    throw thrown;
  }
}

const anyCase = schemaCases([...plainScalars, ...logicalScalars]);

test("a value of any schema comes back as it went, and stays so", (t) => {
  const property = fc.property(valuesOf(anyCase), ({ codec, value }) => {
    const bytes = codec.fromJson(value);
    codec.check(bytes);
    const given = codec.toJson(bytes);
    return (
      isDeepStrictEqual(codec.fromJson(given), bytes) && isDeepStrictEqual(codec.toJson(codec.fromJson(given)), given)
    );
  });
  holds(t, property, 2_000);
});

test("a value is written as avsc writes it", (t) => {
  const property = fc.property(valuesOf(anyCase), ({ codec, value }) => {
    const bytes = codec.fromJson(value);
    const type = avscType(codec.schema);
    return Buffer.compare(type.toBuffer(type.fromBuffer(Buffer.from(bytes))), bytes) === 0;
  });
  holds(t, property, 1_000);
});

test("every truncation of a value is refused", (t) => {
  const property = fc.property(valuesOf(anyCase), ({ codec, value }) => {
    const bytes = codec.fromJson(value);
    return bytes.every((_, length) => !passes(codec, bytes.subarray(0, length)));
  });
  holds(t, property, 500);
});

type Mutation = { readonly at: number; readonly kind: "set" | "insert" | "remove"; readonly byte: number };

const mutations = fc.array(
  fc.record<Mutation>({
    at: fc.nat(),
    kind: fc.constantFrom("set", "insert", "remove"),
    byte: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff)),
  }),
  { minLength: 1, maxLength: 3 },
);

function mutated(bytes: Uint8Array, changes: readonly Mutation[]): Uint8Array {
  const copy = [...bytes];
  for (const { at, kind, byte } of changes) {
    const index = at % (copy.length + 1);
    if (kind === "set") copy[index] = byte;
    else copy.splice(index, kind === "insert" ? 0 : 1, ...(kind === "insert" ? [byte] : []));
  }
  return Uint8Array.from(copy);
}

test("damaged bytes are refused, or avsc reads the same value in them as we do", (t) => {
  let passed = 0;
  const property = fc.property(valuesOf(schemaCases(plainScalars)), mutations, ({ codec, value }, changes) => {
    const bytes = mutated(codec.fromJson(value), changes);
    if (!passes(codec, bytes)) return true;
    passed++;
    const type = avscType(codec.schema);
    const read = type.fromBuffer(Buffer.from(bytes));
    // Blocks may be cut in other ways, so the values are compared; what avsc writes again has one block each.
    const written = codec.fromJson(codec.toJson(bytes));
    return isDeepStrictEqual(type.fromBuffer(Buffer.from(written)), read);
  });
  holds(t, property, 3_000);
  t.true(passed > 300, `only ${passed} passed`);
});

test("where a schema has no arrays, maps or floats, damaged bytes that pass are the very bytes that avsc writes", (t) => {
  const cases = schemaCases(exactScalars).filter(({ fields }) => !/"(?:array|map)"/.test(JSON.stringify(fields)));
  const property = fc.property(valuesOf(cases), mutations, ({ codec, value }, changes) => {
    const bytes = mutated(codec.fromJson(value), changes);
    if (!passes(codec, bytes)) return true;
    const type = avscType(codec.schema);
    return isDeepStrictEqual(Uint8Array.from(type.toBuffer(type.fromBuffer(Buffer.from(bytes)))), bytes);
  });
  holds(t, property, 2_000);
});

test("damaged bytes of logical types are refused, or given as values that are taken back", (t) => {
  const property = fc.property(valuesOf(schemaCases(logicalScalars)), mutations, ({ codec, value }, changes) => {
    const bytes = mutated(codec.fromJson(value), changes);
    if (!passes(codec, bytes)) return true;
    const given = codec.toJson(bytes);
    return isDeepStrictEqual(codec.toJson(codec.fromJson(given)), given);
  });
  holds(t, property, 3_000);
});

test("any bytes at all are passed or refused alike by the guard and by reading", (t) => {
  const property = fc.property(anyCase, fc.uint8Array({ maxLength: 40 }), ({ fields }, bytes) => {
    const codec = codecOf(fields);
    let reads = true;
    try {
      codec.toJson(bytes);
    } catch (thrown) {
      if (!(thrown instanceof EventoError)) throw thrown;
      reads = false;
    }
    return passes(codec, bytes) === reads;
  });
  holds(t, property, 3_000);
});
