import test, { type ExecutionContext } from "ava";
import * as fc from "fast-check";

import type { AggregateUnderTest } from "../../sdk-assemblyscript/aggregate-under-test.ts";
import { functionUnderTest } from "../../sdk-assemblyscript/testing.ts";
import { functionFolder } from "./function-folder.ts";

const decimal = (scale: number): unknown => ({ type: "bytes", logicalType: "decimal", precision: 18, scale });
const types = [
  { type: "record", name: "Root", evento: "root", entity: "sample", fields: [] },
  {
    type: "record",
    name: "Calculate",
    evento: "command",
    fields: [
      { name: "operation", type: "string" },
      { name: "left", type: decimal(4) },
      { name: "right", type: decimal(2) },
      { name: "scale", type: "int" },
    ],
  },
  { type: "record", name: "Parse", evento: "command", fields: [{ name: "text", type: "string" }] },
  { type: "record", name: "Calculated", evento: "event", fields: [{ name: "result", type: "string" }] },
];

const handler = `
  import { Decimal, Events } from "evento";
  import { Calculate, Calculated, Parse, Root } from "./generated/sample";

  export function calculate(command: Calculate, state: Root | null): Events {
    return Events.of(new Calculated(result(command.operation, command.left, command.right, command.scale)));
  }

  export function parse(command: Parse, state: Root | null): Events {
    return Events.of(new Calculated(Decimal.parse(command.text, 2).toString()));
  }

  function result(operation: string, left: Decimal, right: Decimal, scale: i32): string {
    if (operation == "+") return (left + right).toString();
    if (operation == "-") return (left - right).toString();
    if (operation == "*") return left.times(right, scale).toString();
    if (operation == "/") return left.dividedBy(right, scale).toString();
    if (operation == "rescale") return left.rescale(scale).toString();
    if (operation == "compare") return left.compare(right).toString();
    if (operation == "operators") return (left == right).toString() + (left != right).toString() + (left < right).toString() + (left <= right).toString() + (left > right).toString() + (left >= right).toString();
    return "unknown";
  }`;

async function calculatorOf(t: ExecutionContext): Promise<AggregateUnderTest> {
  const folder = await functionFolder(t, {
    "evento.json": { name: "calculator", schema: "Sample.avsc" },
    "Sample.avsc": types.map((type) => ({ namespace: "Sample", ...type })),
    "handler.ts": handler,
  });
  return functionUnderTest(folder);
}

type Calculation = {
  readonly operation: string;
  readonly left: bigint;
  readonly right: bigint;
  readonly scale: number;
};

function textOf(units: bigint, scale: number): string {
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  const point = digits.length - scale;
  return `${units < 0n ? "-" : ""}${digits.slice(0, point)}${scale === 0 ? "" : `.${digits.slice(point)}`}`;
}

/** A quotient of whole numbers, rounded half away from zero. */
function rounded(dividend: bigint, divisor: bigint): bigint {
  const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
  const quotient = (2n * magnitude(dividend) + magnitude(divisor)) / (2n * magnitude(divisor));
  return dividend < 0n === divisor < 0n ? quotient : -quotient;
}

function rescaled(units: bigint, from: number, to: number): bigint {
  return to >= from ? units * 10n ** BigInt(to - from) : rounded(units, 10n ** BigInt(from - to));
}

/** What arithmetic without bounds says; left has 4 decimals and right 2. */
function expected({ operation, left, right, scale }: Calculation): { readonly units: bigint; readonly scale: number } {
  switch (operation) {
    case "+":
      return { units: left + right * 100n, scale: 4 };
    case "-":
      return { units: left - right * 100n, scale: 4 };
    case "*":
      return { units: rescaled(left * right, 6, scale), scale };
    case "/":
      return { units: rounded(left * 10n ** BigInt(scale), right * 100n), scale };
    default:
      return { units: rescaled(left, 4, scale), scale };
  }
}

const limit = 10n ** 18n - 1n;
const units = fc.oneof(
  fc.bigInt({ min: -limit, max: limit }),
  fc.bigInt({ min: -100_000n, max: 100_000n }),
  fc.constantFrom(0n, 1n, -1n, limit, -limit),
);

function calculate(calculator: AggregateUnderTest, { operation, left, right, scale }: Calculation): unknown {
  const { events, failure } = calculator.when({
    command_type: "Calculate",
    payload: { operation, left: textOf(left, 4), right: textOf(right, 2), scale },
  });
  return failure ?? events[0]?.payload;
}

test("decimals reckon as whole numbers without bounds do, or fail for want of digits", async (t) => {
  const calculator = await calculatorOf(t);
  const calculations = fc.record({
    operation: fc.constantFrom("+", "-", "*", "/", "rescale"),
    left: units,
    right: units,
    scale: fc.integer({ min: 0, max: 8 }),
  });
  fc.assert(
    fc.property(calculations, (calculation) => {
      fc.pre(calculation.operation !== "/" || calculation.right !== 0n);
      const found = calculate(calculator, calculation);
      const wanted = expected(calculation);
      const failed = typeof found === "string";
      // Beyond 64 bits it has to fail; between there and a few digits less, what is in between may be too large.
      if (wanted.units > 2n ** 63n - 1n || wanted.units < -(2n ** 63n)) return failed;
      if (failed) return /decimal: (overflow|more than 18 digits)/.test(found) && isLarge(calculation);
      t.deepEqual(found, { result: textOf(wanted.units, wanted.scale) });
      return true;
    }),
    { numRuns: 2_000 },
  );
});

/** Whether 64 bits may be too few on the way to the result. */
function isLarge({ left, right, scale }: Calculation): boolean {
  const magnitude = (value: bigint): bigint => (value < 0n ? -value : value);
  const shift = 10n ** BigInt(Math.max(2, scale + 2));
  return magnitude(left) * shift > 2n ** 62n || magnitude(right) * shift > 2n ** 62n;
}

test("decimals compare by value, whatever their scales", async (t) => {
  const calculator = await calculatorOf(t);
  const pairs = fc.oneof(
    fc.record({ left: units, right: units }),
    units
      .filter((right) => right * 100n <= limit && right * 100n >= -limit)
      .map((right) => ({ left: right * 100n, right })),
  );
  fc.assert(
    fc.property(pairs, ({ left, right }) => {
      const order = left < right * 100n ? -1 : Number(left > right * 100n);
      t.deepEqual(calculate(calculator, { operation: "compare", left, right, scale: 0 }), { result: String(order) });
      t.deepEqual(calculate(calculator, { operation: "operators", left, right, scale: 0 }), {
        result: [order === 0, order !== 0, order < 0, order <= 0, order > 0, order >= 0].join(""),
      });
    }),
    { numRuns: 1_000 },
  );
});

test("a division by zero fails and says so", async (t) => {
  const found = calculate(await calculatorOf(t), { operation: "/", left: 1n, right: 0n, scale: 2 });
  t.regex(String(found), /decimal: division by zero/);
});

test("a decimal is read from text exactly, or refused", async (t) => {
  const calculator = await calculatorOf(t);
  const parse = (text: string): unknown => {
    const { events, failure } = calculator.when({ command_type: "Parse", payload: { text } });
    return failure ?? events[0]?.payload;
  };
  t.deepEqual(parse("12.5"), { result: "12.50" });
  t.deepEqual(parse("-0.07"), { result: "-0.07" });
  t.deepEqual(parse("9999999999999999.99"), { result: "9999999999999999.99" });
  for (const text of ["", "-", ".", "1.", ".5", "1.005", "1,5", "1e3", "+1", " 1", "--1", "1.2.3"])
    t.regex(String(parse(text)), /^trapped: decimal: /, text);
  t.regex(String(parse("99999999999999999999")), /decimal: overflow/);
});
