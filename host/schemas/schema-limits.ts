// What is looked at before a schema is read: its size and depth, by which it could keep the host busy.
import { schemaBytesMax, valueDepthMax } from "../limits.ts";
import type { FaultList } from "./fault-list.ts";

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((member) => isDeeperThan(member, depth - 1));
}

/** The JSON text of a schema, or undefined with a fault noted when it is too large or too deep to be read. */
export function boundedText(value: unknown, faults: FaultList): string | undefined {
  if (isDeeperThan(value, valueDepthMax)) {
    faults.add("", `is nested deeper than ${valueDepthMax} levels of JSON`);
    return undefined;
  }
  const text = JSON.stringify(value);
  if (text !== undefined && Buffer.byteLength(text) <= schemaBytesMax) return text;
  faults.add("", `has more than ${schemaBytesMax} bytes`);
  return undefined;
}
