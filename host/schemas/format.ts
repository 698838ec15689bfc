// What every shape can do with a value: one object a shape, made once when a schema is parsed.
import { ByteSink } from "./byte-sink.ts";
import type { ByteSource } from "./byte-source.ts";

export interface Format {
  /** Goes over an untrusted value without making anything of it. @throws EventoError AVRO_INVALID */
  scan(source: ByteSource): void;
  /** Avro binary to the JSON form. @throws EventoError AVRO_INVALID */
  read(source: ByteSource): unknown;
  /** The JSON form to Avro binary; what is wrong is noted at the sink. */
  write(sink: ByteSink, value: unknown): void;
  /**
   * Whether a branch of a union takes this JSON value. Looks at the value's own kind and text and at a record's field names, not at what
   * is inside: trying whole values branch by branch would take exponential time.
   */
  fits(value: unknown): boolean;
}

const trial = new ByteSink();

/** Completes the format of a value without parts: it fits when it can be written. */
export function scalarFormat(format: Omit<Format, "fits">): Format {
  return {
    ...format,
    fits(value) {
      trial.open("");
      format.write(trial, value);
      return trial.faults.count === 0;
    },
  };
}

const shownLength = 60;
const shownNames = 20;

/** The names that a value might have had, for a message. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const shown = names.slice(0, shownNames).join(", ");
  return names.length <= shownNames ? shown : `${shown} or ${names.length - shownNames} more`;
}

/** A JSON value in a few words, for a message. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") return `a ${typeof value}`;
  return value.length <= shownLength ? JSON.stringify(value) : `${JSON.stringify(value.slice(0, shownLength))}…`;
}
