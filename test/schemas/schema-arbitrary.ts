// Random schemas, each with a generator of values in their JSON form, for property tests.
import * as fc from "fast-check";

import type { Node } from "./sample-schema.ts";

/** A type that no name has been given to yet, and values of it. Unions are wrapped, so that every value says its branch. */
type Sketch = {
  /** Writes the type; a named type takes the next name. */
  readonly type: (names: Names) => unknown;
  readonly values: (names: Names) => fc.Arbitrary<unknown>;
};

/** Gives the same names in the same order each time a schema is written, so that values can name the branches. */
class Names {
  #count = 0;

  next(): string {
    this.#count++;
    return `T${this.#count}`;
  }

  copy(): Names {
    const copy = new Names();
    copy.#count = this.#count;
    return copy;
  }
}

function scalar(type: unknown, values: fc.Arbitrary<unknown>): Sketch {
  return { type: () => type, values: () => values };
}

const text = fc.string({ unit: fc.constantFrom("a", "0", "é", "😀", " ", '"'), maxLength: 12 });
const longs = fc.oneof(
  fc.maxSafeInteger(),
  fc.integer({ min: -200, max: 200 }),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .filter((value) => !Number.isSafeInteger(Number(value)))
    .map(String),
);
const doubles = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom("NaN", "Infinity", "-Infinity"),
);
const base64 = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString("base64"));

/** Scalars none of which can be read as another. */
export const distinctScalars: readonly Sketch[] = [
  scalar("null", fc.constant(null)),
  scalar("boolean", fc.boolean()),
  scalar("int", fc.integer()),
  scalar("string", text),
];

/** Scalars of which each value has one encoding. */
export const exactScalars: readonly Sketch[] = [...distinctScalars, scalar("long", longs), scalar("bytes", base64)];

export const plainScalars: readonly Sketch[] = [...exactScalars, scalar("double", doubles)];

function logical(type: string, logicalType: string, values: fc.Arbitrary<unknown>): Sketch {
  return scalar({ type, logicalType }, values);
}

const moments = fc
  .date({ min: new Date(-6e13), max: new Date(25e13), noInvalidDate: true })
  .map((date) => date.toISOString());

function decimals(precision: number, scale: number): fc.Arbitrary<string> {
  const limit = 10n ** BigInt(precision);
  return fc.bigInt({ min: 1n - limit, max: limit - 1n }).map((unscaled) => {
    const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, "0");
    const point = digits.length - scale;
    return `${unscaled < 0n ? "-" : ""}${digits.slice(0, point)}${scale === 0 ? "" : `.${digits.slice(point)}`}`;
  });
}

const decimalSketches = [
  [1, 0],
  [9, 9],
  [18, 2],
  [30, 10],
].map(([precision = 1, scale = 0]) =>
  scalar({ type: "bytes", logicalType: "decimal", precision, scale }, decimals(precision, scale)),
);

export const logicalScalars: readonly Sketch[] = [
  logical(
    "int",
    "date",
    moments.filter((moment) => !moment.startsWith("+")).map((moment) => moment.slice(0, moment.indexOf("T"))),
  ),
  logical(
    "int",
    "time-millis",
    moments.map((moment) => moment.slice(-13, -1)),
  ),
  logical("long", "timestamp-millis", moments),
  logical(
    "long",
    "timestamp-micros",
    moments.map((moment) => moment.replace("Z", "123Z")),
  ),
  logical(
    "long",
    "local-timestamp-millis",
    moments.map((moment) => moment.slice(0, -1)),
  ),
  logical("string", "uuid", fc.uuid()),
  ...decimalSketches,
];

/** Named types come in here, where a name is taken. */
function enumSketch(symbols: readonly string[]): Sketch {
  return {
    type: (names) => ({ type: "enum", name: names.next(), symbols }),
    values: (names) => {
      names.next();
      return fc.constantFrom(...symbols);
    },
  };
}

function fixedSketch(size: number): Sketch {
  const values = fc
    .uint8Array({ minLength: size, maxLength: size })
    .map((bytes) => Buffer.from(bytes).toString("base64"));
  return {
    type: (names) => ({ type: "fixed", name: names.next(), size }),
    values: (names) => {
      names.next();
      return values;
    },
  };
}

function arraySketch(items: Sketch): Sketch {
  return {
    type: (names) => ({ type: "array", items: items.type(names) }),
    values: (names) => fc.array(items.values(names), { maxLength: 4 }),
  };
}

function mapSketch(values: Sketch): Sketch {
  const keys = fc.constantFrom("a", "b", "constructor", "10", "ключ", "x y");
  return {
    type: (names) => ({ type: "map", values: values.type(names) }),
    values: (names) => fc.dictionary(keys, values.values(names), { maxKeys: 4, noNullPrototype: true }),
  };
}

function recordSketch(fields: readonly Sketch[]): Sketch {
  return {
    type(names) {
      const name = names.next();
      return {
        type: "record",
        name,
        fields: fields.map((field, index) => ({ name: `f${index}`, type: field.type(names) })),
      };
    },
    values(names) {
      names.next();
      return fc.record(Object.fromEntries(fields.map((field, index) => [`f${index}`, field.values(names)])), {
        noNullPrototype: true,
      });
    },
  };
}

function kindOf(type: unknown): string {
  if (typeof type === "string") return type;
  if (typeof type !== "object" || type === null || !("type" in type)) return "union";
  return "name" in type ? `Sample.${String(type.name)}` : String(type.type);
}

function unionSketch(sketches: readonly Sketch[]): Sketch {
  const kinds = new Map(sketches.map((sketch) => [kindOf(sketch.type(new Names())), sketch]));
  kinds.delete("union");
  if (kinds.size === 0) return scalar("null", fc.constant(null));
  const branches = [...kinds.values()];
  return {
    type: (names) => branches.map((branch) => branch.type(names)),
    values(names) {
      const options = branches.map((branch) => {
        // A named branch takes its name first: look at it with a copy that is as far.
        const at = names.copy();
        const kind = kindOf(branch.type(at));
        const values = branch.values(names);
        return kind === "null" ? values : values.map((value) => ({ [kind]: value }));
      });
      return fc.oneof(...options);
    },
  };
}

export type SchemaCase = {
  /** Fields of the event. */
  readonly fields: readonly Node[];
  readonly values: fc.Arbitrary<unknown>;
};

/** Events of random fields, with scalars of these kinds at the bottom. */
export function schemaCases(scalars: readonly Sketch[]): fc.Arbitrary<SchemaCase> {
  const { type } = fc.letrec<{ type: Sketch; leaf: Sketch }>((tie) => ({
    leaf: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...scalars) },
      fc.constantFrom(["A"], ["A", "B", "C"]).map(enumSketch),
      fc.constantFrom(1, 12).map(fixedSketch),
    ),
    type: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 4, arbitrary: tie("leaf") },
      tie("type").map(arraySketch),
      tie("type").map(mapSketch),
      fc.array(tie("type"), { maxLength: 3 }).map(recordSketch),
      fc.array(tie("type"), { minLength: 1, maxLength: 4 }).map(unionSketch),
    ),
  }));
  return fc.array(type, { minLength: 1, maxLength: 4 }).map((sketches) => {
    const names = new Names();
    const fields = sketches.map((sketch, index) => ({ name: `f${index}`, type: sketch.type(names) }));
    const again = new Names();
    const values = sketches.map((sketch, index) => [`f${index}`, sketch.values(again)] as const);
    return { fields, values: fc.record(Object.fromEntries(values), { noNullPrototype: true }) };
  });
}
