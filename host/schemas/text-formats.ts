// Text: strings, enum symbols and UUIDs.
import { describe, listed, scalarFormat, type Format } from "./format.ts";

export const stringFormat: Format = scalarFormat({
  scan(source) {
    source.skipText();
  },
  read: (source) => source.text(),
  write(sink, value) {
    if (typeof value !== "string") sink.fault(`is ${describe(value)}, expected a string`);
    // A lone surrogate has no UTF-8: it would silently become another character.
    else if (!value.isWellFormed()) sink.fault("has half of a surrogate pair, expected well-formed text");
    else sink.text(value);
  },
});

export function enumFormat(symbols: readonly string[]): Format {
  const indices = new Map<unknown, number>(symbols.map((symbol, index) => [symbol, index]));
  const expected = listed(symbols);
  return scalarFormat({
    scan(source) {
      source.index(symbols.length, "symbol");
    },
    read: (source) => symbols[source.index(symbols.length, "symbol")],
    write(sink, value) {
      const index = indices.get(value);
      if (index === undefined) sink.fault(`is ${describe(value)}, expected one of ${expected}`);
      else sink.int(index);
    },
  });
}

const uuidPattern = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;

function isUuid(value: unknown): value is string {
  return typeof value === "string" && uuidPattern.test(value);
}

const expectedUuid = "expected a UUID such as 0189dcd5-5311-7d40-8db0-9496a2eef37b";

/** A UUID kept as text: given back in the letters that it came in. */
export const uuidTextFormat: Format = scalarFormat({
  scan(source) {
    if (!isUuid(source.text())) throw source.refuse("the end of another text", "that of a UUID");
  },
  read(source) {
    const text = source.text();
    if (isUuid(text)) return text;
    throw source.refuse("the end of another text", "that of a UUID");
  },
  write(sink, value) {
    if (isUuid(value)) sink.text(value);
    else sink.fault(`is ${describe(value)}, ${expectedUuid}`);
  },
});

/** A UUID kept in 16 bytes: given back in lower case. */
export const uuidFixedFormat: Format = scalarFormat({
  scan(source) {
    source.skip(16);
  },
  read(source) {
    const hex = source.take(16).toString("hex");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  },
  write(sink, value) {
    if (isUuid(value)) sink.raw(Buffer.from(value.replaceAll("-", ""), "hex"));
    else sink.fault(`is ${describe(value)}, ${expectedUuid}`);
  },
});
