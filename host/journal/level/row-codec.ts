// Rows of the index as LevelDB holds them.
//
//   key:   family 1 | partition                          in tables without an order
//          family 1 | length 2 | partition | order       else; the order a number in 8 bytes, big-endian, or a text to the end
//   value: Avro | crc 4                                  the CRC-32 over key and Avro, since LevelDB does not show bit rot
//
// The length before the partition keeps any id from being a prefix of another's range.
import { crc32 } from "node:zlib";

import { bufferOver } from "../../domain/buffer-view.ts";
import { indexDamaged } from "../rows.ts";
import type { Order, Table } from "../tables.ts";
import { readUint64, writeUint64 } from "../uint64.ts";

const crcBytes = 4;
const numberBytes = 8;
/** Longer than any row without a state in it. */
const bufferBytes = 16 << 10;

export type StoredRow = { readonly key: Buffer; readonly value: Buffer };

/** The key of a row; without an order, of a row without one. */
export function rowKey(table: Table<never>, partition: string, order?: Order): Buffer {
  const key = Buffer.allocUnsafe(keyBytesMax(partition, order));
  return key.subarray(0, writeKey(key, table, partition, order));
}

/** The order that ends a key. */
export function orderOf(table: Table<never>, partition: string, key: Uint8Array): Order {
  const buffer = bufferOver(key);
  const at = 3 + Buffer.byteLength(partition);
  if (table.order === "text") return buffer.toString("utf8", at);
  return readUint64(buffer, at);
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

/** Encodes rows one after the other into the same memory: what one call answers lasts until the next. */
export class RowEncoder {
  #buffer = Buffer.allocUnsafeSlow(bufferBytes);

  encode<Row>(table: Table<Row>, partition: string, order: Order | undefined, row: Row): StoredRow {
    this.#require(keyBytesMax(partition, order));
    const valueAt = writeKey(this.#buffer, table, partition, order);
    const record = table.record === undefined ? row : table.record(row);
    let valueEnd = table.type.encode(record, this.#buffer, valueAt);
    if (valueEnd < 0 || valueEnd + crcBytes > this.#buffer.length) {
      // avsc answers the missing bytes as a negative number.
      const end = valueEnd < 0 ? this.#buffer.length - valueEnd : valueEnd;
      this.#require(end + crcBytes);
      return this.encode(table, partition, order, row);
    }
    this.#buffer.writeUInt32BE(crc32(this.#buffer.subarray(0, valueEnd)), valueEnd);
    return { key: this.#buffer.subarray(0, valueAt), value: this.#buffer.subarray(valueAt, valueEnd + crcBytes) };
  }

  #require(sizeBytes: number): void {
    if (this.#buffer.length < sizeBytes) this.#buffer = Buffer.allocUnsafeSlow(sizeBytes);
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

/** @returns where the key ends. */
function writeKey(into: Buffer, table: Table<never>, partition: string, order: Order | undefined): number {
  into[0] = table.family;
  if (order === undefined) return 1 + into.write(partition, 1);
  const partitionBytes = into.write(partition, 3);
  into.writeUInt16BE(partitionBytes, 1);
  const orderAt = 3 + partitionBytes;
  if (typeof order === "string") return orderAt + into.write(order, orderAt);
  writeUint64(into, order, orderAt);
  return orderAt + numberBytes;
}

/** What a key may take at most: UTF-8 needs no more than three bytes for each unit of a string. */
function keyBytesMax(partition: string, order: Order | undefined): number {
  return 3 + 3 * partition.length + (typeof order === "string" ? 3 * order.length : numberBytes);
}
