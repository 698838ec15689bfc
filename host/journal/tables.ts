// The tables of the index. A row lies in a partition, and within it at an order: `tree` has a partition a root cause, ordered by
// when its commands were accepted. Tables without an order have one row a partition. Places in the log are written as one number.
import avro from "avsc";

import { bufferOver } from "../domain/buffer-view.ts";
import type { FoldedState } from "../ports/journal.ts";
import { bytes, long, recordType, text } from "./avro-record.ts";

/** A place in the log: a group, and an entry in it. */
export type Place = { readonly group: number; readonly slot: number };

/** What the index knows of a command; the rest is read from the log at its places. */
export type CommandRow = {
  readonly status: "pending" | "done" | "parked";
  readonly attempts: number;
  /** Place of its acceptance. */
  readonly accepted: number;
  /** Place of the outcome, the last failed try or the parking: the newest entry about it after its acceptance. */
  readonly last: number | null;
};

/** The end of an aggregate's stream: its last sequence, and the places of the events after its last full chunk. */
export type StreamEnd = { readonly sequence: number; readonly places: readonly number[] };

/** Events of a full chunk of a stream. A row of each event by itself would be most of the index, and the end is written anew with
 * each event that comes some time after the one before: so chunks are neither short nor long. */
export const chunkEvents = 32;

/** A row that says nothing but that it is there. */
export type Presence = { readonly [field: string]: never };
export const present: Presence = {};

/** What of the log the index reflects. */
export type Checkpoint = {
  readonly format: number;
  readonly group: number;
  readonly position: number;
  readonly hash: Uint8Array;
  readonly time: number;
};

export type Order = string | number;

export type Table<Row> = {
  /** The first byte of every key; never given to another table. */
  readonly family: number;
  readonly order: "none" | "text" | "number";
  readonly type: avro.Type;
  /** What `type` writes for a row, where that is not the row itself: avsc takes bytes as Buffers only. */
  record?(row: Row): unknown;
  /** Bytes of a row in memory, about, where rows may be large. */
  sizeBytes?(row: Row): number;
};

const unordered = { order: "none" } as const;
const byText = { order: "text" } as const;
const byNumber = { order: "number" } as const;

const nothing = recordType("Nothing", []);
const textType = avro.Type.forSchema("string");
const longType = avro.Type.forSchema("long");
const longsSchema: avro.Schema = { type: "array", items: "long" };

export const checkpointTable: Table<Checkpoint> = {
  ...unordered,
  family: 0,
  type: recordType("Checkpoint", [long("format"), long("group"), long("position"), bytes("hash"), long("time")]),
  record: (row) => ({ ...row, hash: bufferOver(row.hash) }),
};

export const commandTable: Table<CommandRow> = {
  ...unordered,
  family: 1,
  type: recordType("CommandRow", [
    { name: "status", type: { type: "enum", name: "Status", symbols: ["pending", "done", "parked"] } },
    long("attempts"),
    long("accepted"),
    { name: "last", type: ["null", "long"] },
  ]),
};

/** The ends of streams, by aggregate. */
export const streamTable: Table<StreamEnd> = {
  ...unordered,
  family: 2,
  type: recordType("StreamEnd", [long("sequence"), { name: "places", type: longsSchema }]),
};

/** Places of the events of full chunks, by aggregate and number of the chunk from 0. */
export const chunkTable: Table<readonly number[]> = { ...byNumber, family: 12, type: avro.Type.forSchema(longsSchema) };

/** Numbers of groups with events by their first position, all in one partition. */
export const positionTable: Table<number> = { ...byNumber, family: 3, type: longType };

/** Places of events whose id is not derived from their command. */
export const eventIdTable: Table<number> = { ...unordered, family: 4, type: longType };

/** The aggregate of each entity inside one. */
export const memberTable: Table<string> = { ...unordered, family: 5, type: textType };

/** Aggregates by type. */
export const aggregateTable: Table<Presence> = { ...byText, family: 6, type: nothing };

/** Aggregates that refer to an entity, by entity. */
export const referrerTable: Table<Presence> = { ...byText, family: 7, type: nothing };

/** Ids of commands that are not done, in the partitions `pending` and `parked`. */
export const statusTable: Table<Presence> = { ...byText, family: 8, type: nothing };

/** Ids of the commands below a root cause, in the order that they were accepted. */
export const treeTable: Table<string> = { ...byNumber, family: 9, type: textType };

/** Position that each dispatcher has done. */
export const cursorTable: Table<number> = { ...unordered, family: 10, type: longType };

/** Reasons of parked dispatches, by dispatcher and position. */
export const parkedDispatchTable: Table<string> = {
  ...byNumber,
  family: 11,
  type: textType,
  sizeBytes: (reason) => reason.length,
};

/** Written after all other tables, since it alone may be lost. */
export const stateTable: Table<FoldedState> = {
  ...unordered,
  family: 13,
  type: recordType("State", [
    text("aggregate"),
    long("sequence"),
    text("aggregator_digest"),
    text("schema"),
    bytes("state"),
  ]),
  record: (row) => ({ ...row, state: bufferOver(row.state) }),
  sizeBytes: (row) => row.state.length,
};

/** The partition of tables that have only one. */
export const whole = "";

/** Fewer entries than this are in a group. */
const slotsMax = 2 ** 20;

/** A place as one number, which grows along the log. */
export function ordinalOf({ group, slot }: Place): number {
  return group * slotsMax + slot;
}

/** The place of a number of `ordinalOf`. */
export function placeOf(ordinal: number): Place {
  return { group: Math.floor(ordinal / slotsMax), slot: ordinal % slotsMax };
}
