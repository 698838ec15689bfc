// Values of index rows.
import avro from "avsc";

import type { FoldedState } from "../ports/journal.ts";

/** A place in the log: a group, and an entry in it. */
export type Place = { readonly group: number; readonly slot: number };

/** What the index knows of a command; the rest is read from the log at its places. */
export type CommandRow = {
  readonly status: "pending" | "done" | "parked";
  readonly attempts: number;
  readonly accepted: Place;
  /** The outcome, the last failed try or the parking: the newest entry about it after its acceptance. */
  readonly last: Place | null;
};

function type(schema: object): avro.Type {
  // avsc's types want mutable, exact schemas; the shape is checked by avsc itself.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return avro.Type.forSchema(schema as avro.Schema, { wrapUnions: false });
}

const place = {
  type: "record",
  name: "Place",
  fields: [
    { name: "group", type: "long" },
    { name: "slot", type: "long" },
  ],
};

const commandRow = type({
  type: "record",
  name: "CommandRow",
  fields: [
    { name: "status", type: { type: "enum", name: "Status", symbols: ["pending", "done", "parked"] } },
    { name: "attempts", type: "long" },
    { name: "accepted", type: place },
    { name: "last", type: ["null", "Place"] },
  ],
});
const placeRow = type(place);
const numberRow = type({ type: "long" });
const textRow = type({ type: "string" });
const stateRow = type({
  type: "record",
  name: "State",
  fields: [
    { name: "sequence", type: "long" },
    { name: "aggregator_digest", type: "string" },
    { name: "schema", type: "string" },
    { name: "state", type: "bytes" },
  ],
});

/** avsc takes bytes as Buffers only; this is a view, not a copy. */
function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export const encodeCommandRow = (row: CommandRow): Uint8Array => commandRow.toBuffer(row);
export const decodeCommandRow = (value: Uint8Array): CommandRow => commandRow.fromBuffer(bufferOver(value));
export const encodePlace = (at: Place): Uint8Array => placeRow.toBuffer(at);
export const decodePlace = (value: Uint8Array): Place => placeRow.fromBuffer(bufferOver(value));
export const encodeNumber = (value: number): Uint8Array => numberRow.toBuffer(value);
export const decodeNumber = (value: Uint8Array): number => numberRow.fromBuffer(bufferOver(value));
export const encodeText = (text: string): Uint8Array => textRow.toBuffer(text);
export const decodeText = (value: Uint8Array): string => textRow.fromBuffer(bufferOver(value));
export const encodeState = (state: FoldedState): Uint8Array =>
  stateRow.toBuffer({ ...state, state: bufferOver(state.state) });
export const decodeState = (aggregate: string, value: Uint8Array): FoldedState => ({
  aggregate,
  ...stateRow.fromBuffer(bufferOver(value)),
});
