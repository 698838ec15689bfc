// A group commit as one value of the log:
//
//   version 1 | first position 8 | entries 4 | events 4 | (length 4 | entry)* | chain 32 | crc 4        (big-endian)
//
// `chain` is SHA-256 over the previous group's chain and everything before it here; `crc` is CRC-32 over the group's key and
// everything before it. The first shows edits, holes and swaps; the second bit rot, which LevelDB does not (measured).
import { hash } from "node:crypto";
import { crc32 } from "node:zlib";

import { EventoError } from "../errors.ts";
import { kindOf } from "./entry-codec.ts";

const version = 1;
const headBytes = 17;
const chainBytes = 32;
const tailBytes = chainBytes + 4;

/** The chain before the first group. */
export const emptyChain: Uint8Array = new Uint8Array(chainBytes);

/** Key of a group in the log: its number, big-endian, so that the order of keys is that of numbers. */
export function groupKey(group: number): Buffer {
  const key = Buffer.allocUnsafe(8);
  key.writeBigUInt64BE(BigInt(group));
  return key;
}

/** Puts encoded entries together. @param firstPosition - of the group's first event, also when it has none. */
export function encodeGroup(given: {
  group: number;
  firstPosition: number;
  eventCount: number;
  entries: readonly Uint8Array[];
  previousChain: Uint8Array;
}): { value: Buffer; chain: Uint8Array } {
  const { entries } = given;
  const size = entries.reduce((sum, entry) => sum + 4 + entry.length, headBytes + tailBytes);
  const value = Buffer.allocUnsafe(size);
  value[0] = version;
  value.writeBigUInt64BE(BigInt(given.firstPosition), 1);
  value.writeUInt32BE(entries.length, 9);
  value.writeUInt32BE(given.eventCount, 13);
  let at = headBytes;
  for (const entry of entries) {
    value.writeUInt32BE(entry.length, at);
    value.set(entry, at + 4);
    at += 4 + entry.length;
  }
  const chain = chainOf(given.previousChain, value.subarray(0, at));
  value.set(chain, at);
  value.writeUInt32BE(crcOf(given.group, value.subarray(0, at + chainBytes)), at + chainBytes);
  return { value, chain };
}

function chainOf(previous: Uint8Array, body: Uint8Array): Uint8Array {
  return hash("sha256", Buffer.concat([previous, body]), "buffer");
}

function crcOf(group: number, bytes: Uint8Array): number {
  return crc32(bytes, crc32(groupKey(group)));
}

/** A stored group, its CRC checked and its entries found, none of them decoded. */
export class Group {
  readonly number: number;
  readonly firstPosition: number;
  readonly eventCount: number;
  readonly chain: Uint8Array;
  readonly sizeBytes: number;
  readonly #value: Buffer;
  readonly #entries: readonly Buffer[];
  /** Slots of the events, in order. */
  readonly #eventSlots: readonly number[];

  /** @throws EventoError LOG_DAMAGED when the value is not what was once written for the group. */
  constructor(number: number, value: Uint8Array) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    const end = bytes.length - tailBytes;
    if (end < headBytes || bytes.readUInt32BE(end + chainBytes) !== crcOf(number, bytes.subarray(0, end + chainBytes)))
      throw damaged(number, "found a checksum that does not fit");
    if (bytes[0] !== version) throw damaged(number, `found version ${bytes[0]}, expected ${version}`);
    this.number = number;
    this.firstPosition = Number(bytes.readBigUInt64BE(1));
    this.eventCount = bytes.readUInt32BE(13);
    this.chain = bytes.subarray(end, end + chainBytes);
    this.sizeBytes = bytes.length;
    this.#value = bytes;
    const entries: Buffer[] = [];
    const eventSlots: number[] = [];
    for (let at = headBytes; at < end;) {
      const length = bytes.readUInt32BE(at);
      const entry = bytes.subarray(at + 4, at + 4 + length);
      if (kindOf(entry) === "event") eventSlots.push(entries.length);
      entries.push(entry);
      at += 4 + length;
    }
    this.#entries = entries;
    this.#eventSlots = eventSlots;
    if (entries.length !== bytes.readUInt32BE(9) || eventSlots.length !== this.eventCount)
      throw damaged(number, "found another count of entries than it says");
  }

  get entryCount(): number {
    return this.#entries.length;
  }

  /** @throws EventoError LOG_DAMAGED when the group does not follow the one with `previousChain`. */
  requireChain(previousChain: Uint8Array): void {
    const body = this.#value.subarray(0, this.#value.length - tailBytes);
    if (Buffer.compare(chainOf(previousChain, body), this.chain) !== 0)
      throw damaged(this.number, "found a chain that does not follow from the group before");
  }

  entry(slot: number): Buffer {
    const entry = this.#entries[slot];
    if (entry === undefined)
      throw damaged(this.number, `found ${this.#entries.length} entries, expected one at ${slot}`);
    return entry;
  }

  /** Slot of the event at an index among the group's events. */
  eventSlot(index: number): number {
    const slot = this.#eventSlots[index];
    if (slot === undefined) throw damaged(this.number, `found ${this.eventCount} events, expected one at ${index}`);
    return slot;
  }

  /** Position of the entry at a slot, when it is an event: the number of events before it counts. */
  positionAt(slot: number): number {
    let low = 0;
    let high = this.#eventSlots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#eventSlots[middle] ?? 0) < slot) low = middle + 1;
      else high = middle;
    }
    return this.firstPosition + low;
  }
}

function damaged(group: number, what: string): EventoError {
  return new EventoError("LOG_DAMAGED", `${what} in group ${group} of the log`, {
    hint: "stop the host, look with `evento verify`, and restore the data directory from a backup",
  });
}
