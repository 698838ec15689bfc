// bytes and fixed: base64 in JSON, with padding, and only the one spelling that writing would give.
import { describe, scalarFormat, type Format } from "./format.ts";

/** The bytes, or undefined when the value is not base64. Node's own decoder takes whatever it is given. */
function bytesOfBase64(value: unknown): Buffer | undefined {
  if (typeof value !== "string") return undefined;
  const bytes = Buffer.from(value, "base64");
  return bytes.toString("base64") === value ? bytes : undefined;
}

export const bytesFormat: Format = scalarFormat({
  scan(source) {
    source.skip(source.length());
  },
  read: (source) => source.take(source.length()).toString("base64"),
  write(sink, value) {
    const bytes = bytesOfBase64(value);
    if (bytes === undefined) sink.fault(`is ${describe(value)}, expected base64 with padding`);
    else sink.bytes(bytes);
  },
});

export function fixedFormat(size: number): Format {
  return scalarFormat({
    scan(source) {
      source.skip(size);
    },
    read: (source) => source.take(size).toString("base64"),
    write(sink, value) {
      const bytes = bytesOfBase64(value);
      if (bytes === undefined) sink.fault(`is ${describe(value)}, expected base64 of ${size} bytes, with padding`);
      else if (bytes.length !== size) sink.fault(`holds ${bytes.length} bytes, expected ${size}`);
      else sink.raw(bytes);
    },
  });
}
