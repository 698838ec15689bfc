// Dates, times of day and timestamps: ISO 8601 in JSON, whole units since an origin in Avro.
import type { ByteSink } from "./byte-sink.ts";
import { clockText, dateText, daysOfDate, secondOfDay, secondsPerDay } from "./civil-date.ts";
import { describe, scalarFormat, type Format } from "./format.ts";

const dateSource = "([+-][0-9]{6,9}|[0-9]{4})-([0-9]{2})-([0-9]{2})";
const clockSource = "([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\\.([0-9]{1,18}))?)?";
const datePattern = new RegExp(`^${dateSource}$`);
const clockPattern = new RegExp(`^${clockSource}$`);
const timestampPattern = new RegExp(`^${dateSource}T${clockSource}(Z|[+-][0-9]{2}:[0-9]{2})?$`);

/** Days of year, month and day as they were matched. */
function daysOfMatch(year = "", month = "", day = ""): number | undefined {
  return year === "-000000" ? undefined : daysOfDate(Number(year), Number(month), Number(day));
}

/** Seconds since midnight of hour, minute and second as they were matched. */
function secondOfMatch(hour = "", minute = "", second = "0"): number | undefined {
  return secondOfDay(Number(hour), Number(minute), Number(second));
}

function refuse(sink: ByteSink, value: unknown, expected: string): void {
  sink.fault(`is ${describe(value)}, expected ${expected}`);
}

export const dateFormat: Format = scalarFormat({
  scan(source) {
    source.int();
  },
  read: (source) => dateText(source.int()),
  write(sink, value) {
    const match = typeof value === "string" ? datePattern.exec(value) : null;
    const days = match === null ? undefined : daysOfMatch(match[1], match[2], match[3]);
    if (days === undefined || (days | 0) !== days) refuse(sink, value, "a date that exists, such as 2026-11-23");
    else sink.int(days);
  },
});

function decimalsOf(unitsPerSecond: number): number {
  return String(unitsPerSecond).length - 1;
}

/** A fraction of a second in units, or undefined when it has more decimals than they do: nothing is rounded. */
function unitsOfFraction(fraction: string | undefined, decimals: number): number | undefined {
  if (fraction === undefined) return 0;
  return fraction.length > decimals ? undefined : Number(fraction.padEnd(decimals, "0"));
}

/** A point and all decimals: the leading 1 of the sum keeps the zeros and gives its place to the point. */
function fractionText(units: number, unitsPerSecond: number): string {
  return `.${String(unitsPerSecond + units).slice(1)}`;
}

/** @param unitsPerSecond - 1000 for time-millis, which is an int; 1000000 for time-micros, which is a long. */
export function timeFormat(unitsPerSecond: number): Format {
  const decimals = decimalsOf(unitsPerSecond);
  const unitsPerDay = secondsPerDay * unitsPerSecond;
  const expected = `a time of day with at most ${decimals} decimals, such as ${clockText(37_800)}.${"0".repeat(decimals)}`;
  return scalarFormat({
    scan(source) {
      const units = source.long();
      if (units < 0 || units >= unitsPerDay) throw source.refuse(`the end of time of day ${units}`, "less than a day");
    },
    read(source) {
      const units = Number(source.long());
      if (units < 0 || units >= unitsPerDay) throw source.refuse(`the end of time of day ${units}`, "less than a day");
      const second = Math.floor(units / unitsPerSecond);
      return clockText(second) + fractionText(units - second * unitsPerSecond, unitsPerSecond);
    },
    write(sink, value) {
      const match = typeof value === "string" ? clockPattern.exec(value) : null;
      const second = match === null ? undefined : secondOfMatch(match[1], match[2], match[3]);
      const units = unitsOfFraction(match?.[4], decimals);
      if (second === undefined || units === undefined) refuse(sink, value, expected);
      else sink.long(second * unitsPerSecond + units);
    },
  });
}

/** Seconds that a clock with this offset is ahead of UTC, or undefined when there is no such offset. */
function secondsAhead(offset: string): number | undefined {
  if (offset === "Z") return 0;
  const seconds = secondOfMatch(offset.slice(1, 3), offset.slice(4, 6));
  return seconds !== undefined && offset.startsWith("-") ? -seconds : seconds;
}

type TimestampKind = { readonly unitsPerSecond: number; readonly local: boolean };

/** A number of so many digits, or NaN when one of them is none. */
function digitsAt(text: string, start: number, count: number): number {
  let number = 0;
  for (let at = start; at < start + count; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    number = digit >= 0 && digit <= 9 ? number * 10 + digit : Number.NaN;
  }
  return number;
}

/** Units of a text exactly as we write them, which most are; undefined says nothing but that it has to be looked at again. */
function unitsOfPlain(text: string, { unitsPerSecond, local }: TimestampKind): number | undefined {
  const decimals = decimalsOf(unitsPerSecond);
  if (text.length !== 20 + decimals + (local ? 0 : 1) || (!local && !text.endsWith("Z"))) return undefined;
  if (text[4] !== "-" || text[7] !== "-" || text[10] !== "T") return undefined;
  if (text[13] !== ":" || text[16] !== ":" || text[19] !== ".") return undefined;
  const days = daysOfDate(digitsAt(text, 0, 4), digitsAt(text, 5, 2), digitsAt(text, 8, 2));
  const second = secondOfDay(digitsAt(text, 11, 2), digitsAt(text, 14, 2), digitsAt(text, 17, 2));
  if (days === undefined || second === undefined) return undefined;
  const units = (days * secondsPerDay + second) * unitsPerSecond + digitsAt(text, 20, decimals);
  return Number.isSafeInteger(units) ? units : undefined;
}

/** Units since 1970-01-01T00:00:00, or undefined when the text names no such moment. */
function unitsOfTimestamp(text: string, { unitsPerSecond, local }: TimestampKind): number | bigint | undefined {
  const match = timestampPattern.exec(text);
  if (match === null || (match[8] === undefined) !== local) return undefined;
  const days = daysOfMatch(match[1], match[2], match[3]);
  const second = secondOfMatch(match[4], match[5], match[6]);
  const units = unitsOfFraction(match[7], decimalsOf(unitsPerSecond));
  const ahead = local ? 0 : secondsAhead(match[8] ?? "");
  if (days === undefined || second === undefined || units === undefined || ahead === undefined) return undefined;
  const unitsOfDay = (second - ahead) * unitsPerSecond + units;
  const number = days * secondsPerDay * unitsPerSecond + unitsOfDay;
  if (Number.isSafeInteger(number)) return number;
  const exact = BigInt(days) * BigInt(secondsPerDay * unitsPerSecond) + BigInt(unitsOfDay);
  return BigInt.asIntN(64, exact) === exact ? exact : undefined;
}

/** Whole days and what is left over, both exact. */
function splitDays(units: number | bigint, unitsPerDay: number): { days: number; rest: number } {
  if (typeof units === "number") {
    const days = Math.floor(units / unitsPerDay);
    return { days, rest: units - days * unitsPerDay };
  }
  const per = BigInt(unitsPerDay);
  const rest = ((units % per) + per) % per;
  return { days: Number((units - rest) / per), rest: Number(rest) };
}

function timestampText(units: number | bigint, unitsPerSecond: number, suffix: string): string {
  const { days, rest } = splitDays(units, secondsPerDay * unitsPerSecond);
  const second = Math.floor(rest / unitsPerSecond);
  const fraction = fractionText(rest - second * unitsPerSecond, unitsPerSecond);
  return `${dateText(days)}T${clockText(second)}${fraction}${suffix}`;
}

/** Given back in UTC with all decimals of its unit; one without an offset belongs to no zone. */
export function timestampFormat(kind: TimestampKind): Format {
  const { unitsPerSecond, local } = kind;
  const suffix = local ? "" : "Z";
  const zone = local ? "without an offset" : "with Z or an offset";
  const decimals = decimalsOf(unitsPerSecond);
  const sample = timestampText(1_795_428_000 * 1_000, 1_000, suffix);
  const expected = `a timestamp ${zone} that exists, with at most ${decimals} decimals, such as ${sample}`;
  return scalarFormat({
    scan(source) {
      source.skipLong();
    },
    read: (source) => timestampText(source.long(), unitsPerSecond, suffix),
    write(sink, value) {
      const units =
        typeof value === "string" ? (unitsOfPlain(value, kind) ?? unitsOfTimestamp(value, kind)) : undefined;
      if (units === undefined) refuse(sink, value, expected);
      else sink.long(units);
    },
  });
}
