// A group commit as one value of the log:
//
//   version 1 | head: Avro | (length * 16 + kind 4 | entry: Avro)* | chain 32 | crc 4        (big-endian)
//
// The head says the first position, the counts, the latest time so far and the names of the group. `chain` is SHA-256 over the
// previous group's chain and everything before it here; `crc` is CRC-32 over the group's key and everything before it. The first
// shows edits, holes and swaps; the second bit rot, which LevelDB does not (measured).
import { hash } from "node:crypto";
import { crc32 } from "node:zlib";

import { AvroBuffer } from "../domain/avro-buffer.ts";
import { bufferOver } from "../domain/buffer-view.ts";
import { EventoError } from "../errors.ts";
import type { JournalEntry } from "../ports/journal.ts";
import { long, recordType, texts } from "./avro-record.ts";
import { eventKindNumber, kindNumberOf, recordOf, timeOf, typeOf } from "./entry-codec.ts";
import { NameTable } from "./name-table.ts";
import { readUint64, writeUint64 } from "./uint64.ts";

export const groupVersion = 1;
export const frameHeadBytes = 4;
export const chainBytes = 32;
export const tailBytes = chainBytes + 4;
/** Kinds take the low bits of a frame's head, the length the others: 256 MiB at most. */
export const kindsMax = 16;
/** Most groups hold a few entries of some 70 bytes. */
const bufferBytes = 2_048;

/** The chain before the first group. */
export const emptyChain: Uint8Array = new Uint8Array(chainBytes);

/** What stands at the start of a group. */
export type GroupHead = {
  readonly first_position: number;
  readonly entry_count: number;
  readonly event_count: number;
  /** Time of the newest entry of this group and all before. */
  readonly time: number;
  readonly names: readonly string[];
};

export const headType = recordType("Group", [
  long("first_position"),
  long("entry_count"),
  long("event_count"),
  long("time"),
  texts("names"),
]);

/** Key of a group in the log: its number, big-endian, so that the order of keys is that of numbers. */
export function groupKey(group: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  writeUint64(key, group, 0);
  return key;
}

export function numberOfGroupKey(key: Uint8Array): number {
  return readUint64(bufferOver(key), 0);
}

export function chainOf(previous: Uint8Array, body: Uint8Array): Uint8Array {
  return hash("sha256", Buffer.concat([previous, body]), "buffer");
}

/** @param checked - the value up to its CRC. */
export function crcOf(group: number, checked: Uint8Array): number {
  return crc32(checked, crc32(groupKey(group)));
}

export function logDamaged(group: number, what: string, cause?: unknown): EventoError {
  return damaged(`${what} in group ${group} of the log`, cause);
}

export function logFileDamaged(name: string): EventoError {
  return damaged(`found other bytes than were written in the file ${name} of the log`);
}

function damaged(message: string, cause?: unknown): EventoError {
  return new EventoError("LOG_DAMAGED", message, {
    cause,
    hint: "stop the host, look with `evento verify`, and restore the data directory from a backup; with none, `evento recover` says what is lost and can go on without it",
  });
}

/** Gathers the entries of a group and puts it together. */
export class GroupBuilder {
  readonly #frames = new AvroBuffer(bufferBytes);
  readonly #names = new NameTable();
  #entryCount = 0;
  #eventCount = 0;
  #time = 0;

  get sizeBytes(): number {
    return this.#frames.sizeBytes;
  }

  get entryCount(): number {
    return this.#entryCount;
  }

  get eventCount(): number {
    return this.#eventCount;
  }

  add(entry: JournalEntry): void {
    const at = this.#frames.skip(frameHeadBytes);
    this.#frames.write(typeOf(entry.kind), recordOf(entry, this.#names));
    const length = this.#frames.sizeBytes - at - frameHeadBytes;
    const kindNumber = kindNumberOf(entry.kind);
    this.#frames.setUInt32(length * kindsMax + kindNumber, at);
    this.#entryCount++;
    if (kindNumber === eventKindNumber) this.#eventCount++;
    this.#time = Math.max(this.#time, timeOf(entry));
  }

  /** @param given - `time` is that of the log before, `firstPosition` that of the group's first event, also when it has none. */
  seal(given: { group: number; firstPosition: number; time: number; previousChain: Uint8Array }): SealedGroup {
    const head: GroupHead = {
      first_position: given.firstPosition,
      entry_count: this.#entryCount,
      event_count: this.#eventCount,
      time: Math.max(given.time, this.#time),
      names: this.#names.names(),
    };
    const headBuffer = headType.toBuffer(head);
    const frames = this.#frames.written;
    const chainAt = 1 + headBuffer.length + frames.length;
    const value = Buffer.allocUnsafeSlow(chainAt + tailBytes);
    value[0] = groupVersion;
    value.set(headBuffer, 1);
    value.set(frames, 1 + headBuffer.length);
    const chain = chainOf(given.previousChain, value.subarray(0, chainAt));
    value.set(chain, chainAt);
    value.writeUInt32BE(crcOf(given.group, value.subarray(0, chainAt + chainBytes)), chainAt + chainBytes);
    return { value, chain, head };
  }
}

export type SealedGroup = { readonly value: Buffer; readonly chain: Uint8Array; readonly head: GroupHead };
