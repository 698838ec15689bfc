// Rows of the index as LevelDB holds them.
//
//   key:   family 1 | partition                          in tables without an order
//          family 1 | length 2 | partition | order       else; the order a number in 8 bytes, big-endian, or a text to the end
//   value: Avro | crc 4                                  the CRC-32 over key and Avro, since LevelDB does not show bit rot
//
// The length before the partition keeps any id from being a prefix of another's range.
import { crc32 } from "node:zlib";

import { bufferOver } from "../avro-record.ts";
import { indexDamaged } from "../rows.ts";
import type { Order, Table } from "../tables.ts";

const crcBytes = 4;
const numberBytes = 8;
/** Rows share pieces of memory of this size until a write behind is done with them. */
const arenaBytes = 256 << 10;

export type StoredRow = { readonly key: Buffer; readonly value: Buffer };

/** The key of a row; without an order, of a row without one. */
export function rowKey(table: Table<never>, partition: string, order?: Order): Buffer {
  const prefix = order === undefined ? 1 : 3;
  const partitionBytes = Buffer.byteLength(partition);
  const key = Buffer.allocUnsafe(prefix + partitionBytes + orderBytesOf(order));
  key[0] = table.family;
  if (order !== undefined) key.writeUInt16BE(partitionBytes, 1);
  key.write(partition, prefix);
  if (typeof order === "number") writeNumber(key, order, prefix + partitionBytes);
  if (typeof order === "string") key.write(order, prefix + partitionBytes);
  return key;
}

/** The order that ends a key. */
export function orderOf(table: Table<never>, partition: string, key: Uint8Array): Order {
  const buffer = bufferOver(key);
  const at = 3 + Buffer.byteLength(partition);
  if (table.order === "text") return buffer.toString("utf8", at);
  return buffer.readUInt32BE(at) * 2 ** 32 + buffer.readUInt32BE(at + 4);
}

/** First key and the key after the last of a partition's rows. */
export function partitionKeys(table: Table<never>, partition: string): { first: Buffer; end: Buffer } {
  const first = rowKey(table, partition, "");
  const end = Buffer.from(first);
  // The length keeps the partition's last byte from mattering: the next key of the same length is behind all its rows.
  for (let at = end.length - 1; at >= 0; at--) {
    const byte = end[at] ?? 0;
    if (byte < 0xff) {
      end[at] = byte + 1;
      return { first, end: end.subarray(0, at + 1) };
    }
  }
  throw new Error("invariant broken: every family byte is below 255");
}

/** Encodes rows one after the other into large pieces of memory: a row costs no allocation of its own. */
export class RowEncoder {
  #arena = Buffer.allocUnsafeSlow(arenaBytes);
  #at = 0;

  encode<Row>(table: Table<Row>, partition: string, order: Order | undefined, row: Row): StoredRow {
    const key = rowKey(table, partition, order);
    const record = table.record === undefined ? row : table.record(row);
    let valueEnd = table.type.encode(record, this.#arena, this.#at + key.length);
    if (valueEnd < 0 || valueEnd + crcBytes > this.#arena.length) {
      // avsc answers the missing bytes as a negative number.
      const end = valueEnd < 0 ? this.#arena.length - valueEnd : valueEnd;
      this.#arena = Buffer.allocUnsafeSlow(Math.max(arenaBytes, end - this.#at + crcBytes));
      this.#at = 0;
      valueEnd = table.type.encode(record, this.#arena, key.length);
    }
    const start = this.#at;
    const valueStart = start + key.length;
    this.#arena.set(key, start);
    this.#arena.writeUInt32BE(crc32(this.#arena.subarray(start, valueEnd)), valueEnd);
    this.#at = valueEnd + crcBytes;
    return { key: this.#arena.subarray(start, valueStart), value: this.#arena.subarray(valueStart, this.#at) };
  }
}

/**
 * Reads a row's value back.
 *
 * @throws EventoError INDEX_DAMAGED when it is not what was once stored under the key.
 */
export function decodeRow<Row>(table: Table<Row>, key: Uint8Array, stored: Uint8Array): Row {
  const bytes = bufferOver(stored);
  requireSound(key, bytes);
  return table.type.fromBuffer(bytes.subarray(0, bytes.length - crcBytes));
}

/** @throws EventoError INDEX_DAMAGED */
export function requireSound(key: Uint8Array, stored: Uint8Array): void {
  const bytes = bufferOver(stored);
  const end = bytes.length - crcBytes;
  if (end >= 0 && bytes.readUInt32BE(end) === crc32(bytes.subarray(0, end), crc32(key))) return;
  throw indexDamaged(`found a checksum that does not fit in a row of the table ${key[0]}`);
}

function orderBytesOf(order: Order | undefined): number {
  if (order === undefined) return 0;
  return typeof order === "number" ? numberBytes : Buffer.byteLength(order);
}

function writeNumber(key: Buffer, value: number, at: number): void {
  key.writeUInt32BE(Math.floor(value / 2 ** 32), at);
  key.writeUInt32BE(value % 2 ** 32, at + 4);
}
