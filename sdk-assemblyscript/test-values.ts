// What tests of functions write by hand: times, and names of types.
import type { RecordCodec } from "../host/schemas/record-codec.ts";

/** Milliseconds since 1970, or ISO 8601. */
export type TestTime = number | string;

/** When everything happens that says no time of its own. */
export const testTime = "2026-01-01T00:00:00.000Z";

export function millisecondsOf(time: TestTime): number {
  const milliseconds = typeof time === "string" ? Date.parse(time) : time;
  if (!Number.isSafeInteger(milliseconds))
    throw new Error(`found the time ${time}, expected milliseconds or ISO 8601 such as ${testTime}`);
  return milliseconds;
}

/** The codec of a type that a test names. */
export function codecOf(codecs: ReadonlyMap<string, RecordCodec>, type: string): RecordCodec {
  const codec = codecs.get(type);
  if (codec === undefined) throw new Error(`found the type ${type}, expected one of ${[...codecs.keys()].join(", ")}`);
  return codec;
}
