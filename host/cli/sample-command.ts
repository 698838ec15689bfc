// An example command for what is deployed, so that the first thing to try can be copied.
import { fieldOf, listField, textField } from "../client/json-fields.ts";

/** Types nested deeper than this are left out of an example. */
const depthMax = 4;

export type SampleCommand = { readonly entity: string; readonly command_type: string; readonly payload: unknown };

/**
 * The command with the shortest payload among several schemas; undefined when none has a command.
 *
 * @param schemas - aggregate schemas as JSON: arrays of named types.
 */
export function sampleCommand(schemas: readonly unknown[]): SampleCommand | undefined {
  const samples = schemas.flatMap((schema) => {
    const types = Array.isArray(schema) ? schema : [];
    const root = types.find((type) => fieldOf(type, "evento") === "root");
    return types
      .filter((type) => fieldOf(type, "evento") === "command" && root !== undefined)
      .map((type) => ({
        entity: `${textField(root, "entity")}:1`,
        command_type: textField(type, "name"),
        payload: new SampleValue(types).of(type, "", 0),
      }));
  });
  // A command without a payload says little; of the others the shortest is the easiest to read.
  const telling = samples.filter(({ payload }) => Object.keys(Object(payload)).length > 0);
  const lengthOf = (sample: SampleCommand): number => JSON.stringify(sample).length;
  return (telling.length > 0 ? telling : samples).toSorted((one, other) => lengthOf(one) - lengthOf(other))[0];
}

class SampleValue {
  readonly #types: readonly unknown[];

  constructor(types: readonly unknown[]) {
    this.#types = types;
  }

  /** A value of an Avro type, by the field's name where that says more. */
  of(type: unknown, field: string, depth: number): unknown {
    if (Array.isArray(type)) return type.includes("null") ? null : this.of(type[0], field, depth);
    if (typeof type === "string") {
      const name = type.split(".").at(-1);
      const named = this.#types.find((candidate) => textField(candidate, "name") === name);
      return named === undefined ? primitive(type, field) : this.of(named, field, depth);
    }
    const logical = logicalSamples[textField(type, "logicalType")];
    if (logical !== undefined) return logical;
    const kind = textField(type, "type");
    if (kind === "enum") return listField(type, "symbols")[0];
    if (kind === "array") return [];
    if (kind === "map") return {};
    if (kind === "fixed") return "";
    if (kind !== "record" || depth >= depthMax)
      return kind === "record" ? {} : this.of(fieldOf(type, "type"), field, depth);
    const fields = listField(type, "fields").filter((item) => fieldOf(item, "default") === undefined);
    return Object.fromEntries(
      fields.map((item) => [
        textField(item, "name"),
        this.of(fieldOf(item, "type"), textField(item, "name"), depth + 1),
      ]),
    );
  }
}

const logicalSamples: { readonly [logicalType: string]: unknown } = {
  decimal: "10.00",
  date: "2026-01-31",
  "time-millis": "12:00:00",
  "time-micros": "12:00:00",
  "timestamp-millis": "2026-01-31T12:00:00Z",
  "timestamp-micros": "2026-01-31T12:00:00Z",
  uuid: "6f2c1d34-0b7a-4c8e-9a55-1f0e2d3c4b5a",
};

function primitive(type: string, field: string): unknown {
  if (type === "null") return null;
  if (type === "boolean") return true;
  if (type === "string") return field === "name" ? "Ada" : field;
  if (type === "bytes") return "";
  return 1;
}
