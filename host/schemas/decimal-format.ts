// Decimals: a whole number in big-endian two's complement, and the place of its point. Exact all the way: text to integer to bytes,
// never through a fraction in floating point.
import type { ByteSink } from "./byte-sink.ts";
import type { ByteSource } from "./byte-source.ts";
import { describe, scalarFormat, type Format } from "./format.ts";

const pattern = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-][0-9]{1,3}|[0-9]{1,3}))?$/;

/** Digits that every JSON number keeps through a float; with more, a parser has rounded before we see it. */
const exactDigits = 15;

type Decimal = { readonly precision: number; readonly scale: number };

/** A number where that is exact, which is quicker by far. */
type Integer = number | bigint;

/** The integer, or what is wrong in the words of a fault. */
function unscaledOf(value: unknown, { precision, scale }: Decimal): Integer | string {
  const text = typeof value === "number" ? String(value) : value;
  const match = typeof text === "string" ? pattern.exec(text) : null;
  if (match === null || (typeof value === "string" && match[4] !== undefined))
    return `is ${describe(value)}, expected a decimal such as "${(0).toFixed(Math.min(scale, 20))}"`;
  const exponent = Number(match[4] ?? 0);
  const fraction = match[3] ?? "";
  let digits = `${match[2]}${fraction}`.replace(/^0+(?=.)/, "");
  let decimals = fraction.length - exponent;
  if (decimals < 0) {
    digits += "0".repeat(-decimals);
    decimals = 0;
  }
  if (decimals > scale) return `has ${decimals} decimals, expected at most ${scale}`;
  if (typeof value === "number" && digits.length > exactDigits)
    return `has ${digits.length} digits, of which a JSON number keeps ${exactDigits}: write it as a string`;
  if (digits !== "0") digits += "0".repeat(scale - decimals);
  if (digits.length > precision && digits !== "0")
    return `has ${digits.length - scale} digits before the point, expected at most ${precision - scale}`;
  const size = digits.length <= exactDigits ? Number(digits) : BigInt(digits);
  if (match[1] !== "-" || size === 0) return size;
  return -size;
}

/** The integer of digits with at most one point between them, as most are; undefined says only that it has to be looked at again. */
function plainUnscaledOf(text: string, { precision, scale }: Decimal): number | undefined {
  if (text.length > exactDigits) return undefined;
  const start = text.startsWith("-") ? 1 : 0;
  let number = 0;
  let point = -1;
  for (let at = start; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit >= 0 && digit <= 9) number = number * 10 + digit;
    else if (text[at] === "." && point === -1 && at > start) point = at;
    else return undefined;
  }
  const decimals = point === -1 ? 0 : text.length - point - 1;
  if (text.length === start || point === text.length - 1 || decimals > scale) return undefined;
  const unscaled = number * 10 ** (scale - decimals);
  // Asked this way round, NaN is looked at again too.
  if (!(unscaled < 10 ** Math.min(precision, exactDigits))) return undefined;
  return start === 0 || unscaled === 0 ? unscaled : -unscaled;
}

/** The length of the shortest two's complement. */
function byteLengthOf(value: Integer): number {
  const size = value < 0 ? ~BigInt(value) : BigInt(value);
  return Math.floor(size.toString(2).length / 8) + 1;
}

/** Six bytes or less are computed with as numbers: all of their values, and 2^48 above, are exact. */
const numberBytesMax = 6;
const numberLimit = 2 ** (8 * numberBytesMax - 1);

function shortLengthOf(value: number): number {
  let length = 1;
  let limit = 0x80;
  while (value >= limit || value < -limit) {
    length++;
    limit *= 0x100;
  }
  return length;
}

function writeInteger(sink: ByteSink, value: Integer, fixedSize: number | undefined): void {
  const isShort = typeof value === "number" && value < numberLimit && value >= -numberLimit;
  if (isShort && fixedSize === undefined) {
    const length = shortLengthOf(value);
    sink.int(length);
    sink.bigEndian(value, length);
    return;
  }
  const length = fixedSize ?? byteLengthOf(value);
  if (fixedSize === undefined) sink.int(length);
  const hex = BigInt.asUintN(8 * length, BigInt(value)).toString(16);
  sink.raw(Buffer.from(hex.padStart(2 * length, "0"), "hex"));
}

function wideIntegerOf(bytes: Buffer): bigint {
  return BigInt.asIntN(8 * bytes.length, BigInt(`0x${bytes.toString("hex")}`));
}

function textOf(value: Integer, scale: number): string {
  const negative = value < 0;
  const digits = String(negative ? -value : value).padStart(scale + 1, "0");
  const sign = negative ? "-" : "";
  if (scale === 0) return sign + digits;
  const point = digits.length - scale;
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** The most digits that so many bytes can hold whatever the digits are. */
export function decimalDigitsIn(size: number): number {
  return (2n ** BigInt(8 * size - 1) - 1n).toString().length - 1;
}

/** @param fixedSize - bytes of the fixed that it is kept in; undefined for `bytes`. */
export function decimalFormat(decimal: Decimal, fixedSize: number | undefined): Format {
  const limit = 10n ** BigInt(decimal.precision);
  const limitAsNumber = 10 ** decimal.precision;
  const byteLengthMax = fixedSize ?? byteLengthOf(limit - 1n);

  function integer(source: ByteSource): Integer {
    const length = fixedSize ?? source.length();
    if (length === 0 || length > byteLengthMax)
      throw source.refuse(`a decimal of ${length} bytes`, `1 to ${byteLengthMax} bytes`);
    const value = length <= numberBytesMax ? source.bigEndian(length) : wideIntegerOf(source.take(length));
    // A number is compared with a bigint at ten times the cost.
    const end = typeof value === "number" ? limitAsNumber : limit;
    if (value >= end || value <= -end)
      throw source.refuse("the end of a decimal of more digits", `${decimal.precision}`);
    return value;
  }

  return scalarFormat({
    scan(source) {
      integer(source);
    },
    read: (source) => textOf(integer(source), decimal.scale),
    write(sink, value) {
      const plain = typeof value === "string" ? plainUnscaledOf(value, decimal) : undefined;
      const integer = plain ?? unscaledOf(value, decimal);
      if (typeof integer === "string") {
        sink.fault(integer);
        return;
      }
      writeInteger(sink, integer, fixedSize);
    },
  });
}
