// Durations: three little-endian numbers of 32 bits, months, days and milliseconds, none of which can be turned into another.
// In JSON they are ISO 8601: P14M3DT14706.789S.
import { describe, scalarFormat, type Format } from "./format.ts";

const amount = (unit: string): string => `(?:([0-9]{1,10})${unit})?`;
const pattern = new RegExp(
  `^P(?=[0-9T])${amount("Y")}${amount("M")}${amount("W")}${amount("D")}` +
    `(?:T(?=[0-9])${amount("H")}${amount("M")}(?:([0-9]{1,10})(?:\\.([0-9]{1,3}))?S)?)?$`,
);
const partMax = 0xffff_ffff;

export const durationFormat: Format = scalarFormat({
  scan(source) {
    source.skip(12);
  },
  read(source) {
    const bytes = source.take(12);
    const [months, days, millis] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4), bytes.readUInt32LE(8)];
    const text = `P${months === 0 ? "" : `${months}M`}${days === 0 ? "" : `${days}D`}${millis === 0 ? "" : `T${millis / 1_000}S`}`;
    return text === "P" ? "P0D" : text;
  },
  write(sink, value) {
    const match = typeof value === "string" ? pattern.exec(value) : null;
    if (match === null) {
      sink.fault(`is ${describe(value)}, expected an ISO 8601 duration such as P1M2DT3.5S`);
      return;
    }
    const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1, 8).map((part) => Number(part ?? 0));
    const parts = [
      (years ?? 0) * 12 + (months ?? 0),
      (weeks ?? 0) * 7 + (days ?? 0),
      (((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0)) * 1_000 + Number((match[8] ?? "").padEnd(3, "0")),
    ];
    if (parts.some((part) => part > partMax)) {
      sink.fault(`is ${describe(value)}, expected months, days and milliseconds of at most 32 bits each`);
      return;
    }
    const bytes = Buffer.alloc(12);
    for (const [index, part] of parts.entries()) bytes.writeUInt32LE(part, index * 4);
    sink.raw(bytes);
  },
});
