// null, boolean and numbers. A long is a JSON number as far as numbers are exact, and a string of digits beyond.
import { describe, scalarFormat, type Format } from "./format.ts";

const digits = /^-?[0-9]{1,19}$/;
const longMax = 2n ** 63n - 1n;
const longMin = -(2n ** 63n);

export const nullFormat: Format = scalarFormat({
  scan() {},
  read: () => null,
  write(sink, value) {
    if (value !== null) sink.fault(`is ${describe(value)}, expected null`);
  },
});

export const booleanFormat: Format = scalarFormat({
  scan(source) {
    if (source.byte() > 1) throw source.refuse("another byte", "a boolean: 0 or 1");
  },
  read(source) {
    const byte = source.byte();
    if (byte > 1) throw source.refuse("another byte", "a boolean: 0 or 1");
    return byte === 1;
  },
  write(sink, value) {
    if (typeof value === "boolean") sink.byte(value ? 1 : 0);
    else sink.fault(`is ${describe(value)}, expected true or false`);
  },
});

const lenientInt = scalarFormat({
  scan(source) {
    source.int();
  },
  read: (source) => source.int(),
  write(sink, value) {
    const number = typeof value === "string" && digits.test(value) ? Number(value) : value;
    if (typeof number === "number" && (number | 0) === number) sink.int(number);
    else sink.fault(`is ${describe(value)}, expected a whole number from -2147483648 to 2147483647`);
  },
});

/** A string of digits is taken where only an int can be meant; as a branch of a union an int is a JSON number. */
export const intFormat: Format = {
  ...lenientInt,
  fits: (value) => typeof value === "number" && (value | 0) === value,
};

const lenientLong = scalarFormat({
  scan(source) {
    source.skipLong();
  },
  read(source) {
    const value = source.long();
    return typeof value === "number" ? value : String(value);
  },
  write(sink, value) {
    if (typeof value === "number" && Number.isSafeInteger(value)) {
      sink.long(value);
      return;
    }
    if (typeof value === "string" && digits.test(value)) {
      const exact = BigInt(value);
      if (exact >= longMin && exact <= longMax) {
        sink.long(exact);
        return;
      }
    }
    if (typeof value === "number" && Number.isInteger(value))
      sink.fault(`is ${value}, which JSON numbers do not hold exactly, expected a string of digits beyond ±2^53`);
    else sink.fault(`is ${describe(value)}, expected a whole number of 64 bits, as a string of digits beyond ±2^53`);
  },
});

/** As a branch of a union, a long is written as it is given back: digits are one only beyond the numbers that JSON holds exactly. */
export const longFormat: Format = {
  ...lenientLong,
  fits: (value) => (typeof value === "number" || !Number.isSafeInteger(Number(value))) && lenientLong.fits(value),
};

const wordsOfNumbers = new Map<unknown, number>([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
]);

function numberOf(value: unknown): number | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? value : undefined;
  return wordsOfNumbers.get(value);
}

const expectedNumber = 'expected a number, or "NaN", "Infinity" or "-Infinity" as text';

export const doubleFormat: Format = scalarFormat({
  scan(source) {
    source.skip(8);
  },
  read(source) {
    const value = source.double();
    return Number.isFinite(value) ? value : String(value);
  },
  write(sink, value) {
    const number = numberOf(value);
    if (number === undefined) sink.fault(`is ${describe(value)}, ${expectedNumber}`);
    else sink.double(number);
  },
});

/** The shortest number that is the same float: 0.1 rather than 0.10000000149011612. */
function shortestFloat(float: number): number {
  for (let precision = 6; precision < 9; precision++) {
    const short = Number(float.toPrecision(precision));
    if (Math.fround(short) === float) return short;
  }
  return float;
}

export const floatFormat: Format = scalarFormat({
  scan(source) {
    source.skip(4);
  },
  read(source) {
    const value = source.float();
    if (!Number.isFinite(value)) return String(value);
    return Number.isInteger(value) ? value : shortestFloat(value);
  },
  write(sink, value) {
    const number = numberOf(value);
    if (number === undefined) sink.fault(`is ${describe(value)}, ${expectedNumber}`);
    else if (typeof value === "number" && !Number.isFinite(Math.fround(value)))
      sink.fault(`is ${value}, beyond a float of 32 bits`);
    else sink.float(number);
  },
});
