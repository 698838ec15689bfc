// Exact decimals of up to 18 digits: an i64 of the smallest units and the count of decimals. Money never goes through a float.
import { Reader, Writer } from "./avro";

function powerOfTen(exponent: i32): i64 {
  if (exponent < 0 || exponent > 18) throw new Error("decimal: more than 18 digits");
  let power: i64 = 1;
  for (let index = 0; index < exponent; index++) power *= 10;
  return power;
}

function checkedAdd(left: i64, right: i64): i64 {
  const sum = left + right;
  if (((left ^ sum) & (right ^ sum)) < 0) throw new Error("decimal: overflow");
  return sum;
}

function checkedMultiply(left: i64, right: i64): i64 {
  if (left == 0 || right == 0) return 0;
  const product = left * right;
  if (product / right != left || (left == -1 && right == i64.MIN_VALUE)) throw new Error("decimal: overflow");
  return product;
}

@final
export class Decimal {
  static least(left: Decimal, right: Decimal): Decimal {
    return left.compare(right) <= 0 ? left : right;
  }

  static most(left: Decimal, right: Decimal): Decimal {
    return left.compare(right) >= 0 ? left : right;
  }

  /** @param units - the value in the smallest units, e.g. cents; @param scale - digits after the point. */
  constructor(
    readonly units: i64,
    readonly scale: i32,
  ) {}

  static zero(scale: i32): Decimal {
    return new Decimal(0, scale);
  }

  /** From text such as "-12.50": at most `scale` decimals, never rounded. */
  static parse(text: string, scale: i32): Decimal {
    let units: i64 = 0;
    let decimals = -1;
    const negative = text.startsWith("-");
    const start = negative ? 1 : 0;
    if (text.length == start || text.startsWith(".", start) || text.endsWith("."))
      throw new Error("decimal: not a number: " + text);
    for (let index = start; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code == 46 && decimals < 0) {
        decimals = 0;
        continue;
      }
      if (code < 48 || code > 57) throw new Error("decimal: not a number: " + text);
      if (decimals >= 0) decimals++;
      units = checkedAdd(checkedMultiply(units, 10), code - 48);
    }
    if (decimals > scale) throw new Error("decimal: more than " + scale.toString() + " decimals in " + text);
    units = checkedMultiply(units, powerOfTen(scale - max(decimals, 0)));
    return new Decimal(negative ? -units : units, scale);
  }

  /** The same value with another count of decimals; what is cut off is rounded half away from zero. */
  rescale(scale: i32): Decimal {
    if (scale == this.scale) return this;
    if (scale > this.scale) return new Decimal(checkedMultiply(this.units, powerOfTen(scale - this.scale)), scale);
    const divisor = powerOfTen(this.scale - scale);
    const quotient = this.units / divisor;
    const rest = this.units % divisor;
    const up = (rest < 0 ? -rest : rest) >= divisor - (rest < 0 ? -rest : rest);
    return new Decimal(up ? quotient + (this.units < 0 ? -1 : 1) : quotient, scale);
  }

  @operator("+") plus(other: Decimal): Decimal {
    const scale = max(this.scale, other.scale);
    return new Decimal(checkedAdd(this.rescale(scale).units, other.rescale(scale).units), scale);
  }

  @operator("-") minus(other: Decimal): Decimal {
    return this.plus(other.negated());
  }

  @operator.prefix("-") negated(): Decimal {
    if (this.units == i64.MIN_VALUE) throw new Error("decimal: overflow");
    return new Decimal(-this.units, this.scale);
  }

  /** The product, rounded half away from zero to `scale` decimals. Exact in between: the sum of both scales may be up to 36. */
  times(other: Decimal, scale: i32): Decimal {
    const negative = this.units < 0 != other.units < 0;
    const left = <u64>(this.units < 0 ? -this.units : this.units);
    const right = <u64>(other.units < 0 ? -other.units : other.units);
    let high = multiplyHigh(left, right);
    let low = left * right;
    let cut = this.scale + other.scale - scale;
    if (cut < 0) {
      if (high != 0 || <i64>low < 0) throw new Error("decimal: overflow");
      const units = checkedMultiply(<i64>low, powerOfTen(-cut));
      return new Decimal(negative ? -units : units, scale);
    }
    let last: u64 = 0;
    for (; cut > 0; cut--) {
      // Long division of the 128 bits by ten, 32 bits at a time.
      let rest: u64 = 0;
      const h1 = (rest << 32) | (high >> 32);
      rest = h1 % 10;
      const h0 = (rest << 32) | (high & 0xffffffff);
      rest = h0 % 10;
      const l1 = (rest << 32) | (low >> 32);
      rest = l1 % 10;
      const l0 = (rest << 32) | (low & 0xffffffff);
      rest = l0 % 10;
      high = ((h1 / 10) << 32) | (h0 / 10);
      low = ((l1 / 10) << 32) | (l0 / 10);
      last = rest;
    }
    if (last >= 5) {
      low++;
      if (low == 0) high++;
    }
    if (high != 0 || <i64>low < 0) throw new Error("decimal: overflow");
    return new Decimal(negative ? -(<i64>low) : <i64>low, scale);
  }

  /** The quotient, rounded half away from zero to `scale` decimals. */
  dividedBy(other: Decimal, scale: i32): Decimal {
    if (other.units == 0) throw new Error("decimal: division by zero");
    const shift = scale + other.scale - this.scale;
    const left = shift > 0 ? checkedMultiply(this.units, powerOfTen(shift)) : this.units;
    const right = shift < 0 ? checkedMultiply(other.units, powerOfTen(-shift)) : other.units;
    if (left == i64.MIN_VALUE || right == i64.MIN_VALUE) throw new Error("decimal: overflow");
    const quotient = left / right;
    const rest = abs(left % right);
    const away: i64 = left < 0 == right < 0 ? 1 : -1;
    return new Decimal(rest >= abs(right) - rest ? quotient + away : quotient, scale);
  }

  /** The value without its sign. */
  get magnitude(): Decimal {
    return this.units < 0 ? this.negated() : this;
  }

  /** -1, 0 or 1 as this is less, equal or more: by value, so that 1.5 equals 1.50. */
  compare(other: Decimal): i32 {
    if (this.scale > other.scale) return -other.compare(this);
    // The finer one is cut down, since scaling the coarser one up might overflow.
    const factor = powerOfTen(other.scale - this.scale);
    const whole = other.units / factor;
    if (this.units != whole) return this.units < whole ? -1 : 1;
    const rest = other.units % factor;
    return rest > 0 ? -1 : rest < 0 ? 1 : 0;
  }

  /** Equal by value. Either may be null; but to ask whether an optional decimal is there, write `if (amount)`. */
  @operator("==") static equal(left: Decimal | null, right: Decimal | null): bool {
    if (!left || !right) return changetype<usize>(left) == changetype<usize>(right);
    return left.compare(right) == 0;
  }

  @operator("!=") static different(left: Decimal | null, right: Decimal | null): bool {
    return !Decimal.equal(left, right);
  }

  @operator("<") isLess(other: Decimal): bool {
    return this.compare(other) < 0;
  }

  @operator("<=") isAtMost(other: Decimal): bool {
    return this.compare(other) <= 0;
  }

  @operator(">") isMore(other: Decimal): bool {
    return this.compare(other) > 0;
  }

  @operator(">=") isAtLeast(other: Decimal): bool {
    return this.compare(other) >= 0;
  }

  get isPositive(): bool {
    return this.units > 0;
  }

  get isNegative(): bool {
    return this.units < 0;
  }

  get isZero(): bool {
    return this.units == 0;
  }

  toString(): string {
    const text = (this.units < 0 ? <u64>-this.units : <u64>this.units).toString().padStart(this.scale + 1, "0");
    const point = text.length - this.scale;
    const sign = this.units < 0 ? "-" : "";
    return this.scale == 0 ? sign + text : sign + text.slice(0, point) + "." + text.slice(point);
  }

  /** Big-endian two's complement, as Avro has it. @param size - bytes it takes. */
  static readFrom(reader: Reader, size: usize, scale: i32): Decimal {
    if (size > reader.end - reader.at) throw new Error("avro: the bytes end too early");
    let units: i64 = size > 0 && load<u8>(reader.at) > 127 ? -1 : 0;
    for (let index: usize = 0; index < size; index++) {
      if (units > i64.MAX_VALUE >> 8 || units < i64.MIN_VALUE >> 8) throw new Error("decimal: more than 18 digits");
      units = (units << 8) | <i64>load<u8>(reader.at + index);
    }
    reader.at += size;
    return new Decimal(units, scale);
  }

  private scaled(precision: i32, scale: i32): i64 {
    if (this.scale > scale && this.rescale(scale).compare(this) != 0)
      throw new Error("decimal: " + this.toString() + " has more than " + scale.toString() + " decimals");
    const units = this.rescale(scale).units;
    const limit = powerOfTen(precision);
    if (units >= limit || units <= -limit)
      throw new Error("decimal: " + this.toString() + " has more than " + precision.toString() + " digits");
    return units;
  }

  writeTo(writer: Writer, precision: i32, scale: i32): void {
    const units = this.scaled(precision, scale);
    let size = 1;
    while (size < 8 && units >> (8 * size - 1) != 0 && units >> (8 * size - 1) != -1) size++;
    writer.writeLong(size);
    this.writeUnits(writer, units, size);
  }

  writeFixedTo(writer: Writer, size: i32, precision: i32, scale: i32): void {
    this.writeUnits(writer, this.scaled(precision, scale), size);
  }

  private writeUnits(writer: Writer, units: i64, size: i32): void {
    writer.need(<usize>size);
    for (let index = size - 1; index >= 0; index--) {
      const byte = index >= 8 ? (units < 0 ? 0xff : 0) : <u8>(units >> (8 * index));
      store<u8>(writer.at++, byte);
    }
  }
}

/** The upper 64 bits of a product of two unsigned 64-bit numbers. */
function multiplyHigh(left: u64, right: u64): u64 {
  const l0 = left & 0xffffffff;
  const l1 = left >> 32;
  const r0 = right & 0xffffffff;
  const r1 = right >> 32;
  const middle = l1 * r0 + ((l0 * r0) >> 32);
  const carry = (middle & 0xffffffff) + l0 * r1;
  return l1 * r1 + (middle >> 32) + (carry >> 32);
}
