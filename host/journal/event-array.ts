// Events of the log as the Avro array of `evento.Event` that an aggregator takes. The log holds the same values in another order,
// without those that can be told from others, so each is copied byte by byte: no object is made, and no text is decoded.
import { eventIdOf } from "../domain/derived-id.ts";
import type { EncodedEvents, PayloadReader } from "../ports/journal.ts";

/** Room in front for the array's count, which is known last: a varint of at most ten bytes. */
const countBytesMax = 10;
/** What an event takes beside copies of what is stored: numbers and lengths. */
const overheadBytes = 64;
/** A guess at an event's bytes, for the first buffer. */
const eventBytesUsual = 256;
/** A loop copies less than this faster than a call out of JavaScript does. */
const shortBytes = 64;

/** An event as it is stored, without the head of its frame. */
export type StoredBytes = {
  readonly bytes: Buffer;
  readonly start: number;
  /** Those of its group, as texts and as Avro writes them. */
  readonly names: { nameOf(number: number): string; encodedName(number: number): Buffer };
};

export class EventArray {
  readonly #reader: PayloadReader;
  #bytes: Buffer;
  #at = countBytesMax;
  #count = 0;
  #lastSequence = 0;

  // The entry that is being copied, and how far it is read.
  #stored: Buffer;
  #from = 0;

  constructor(given: { readonly reader: PayloadReader; readonly eventsExpected: number }) {
    this.#reader = given.reader;
    this.#bytes = Buffer.allocUnsafeSlow(countBytesMax + 1 + given.eventsExpected * eventBytesUsual);
    this.#stored = this.#bytes;
  }

  /** Bytes written so far. */
  get sizeBytes(): number {
    return this.#at - countBytesMax;
  }

  /**
   * Copies an event, in the order of the fields of `Event` in envelopes.avsc; it is read in that of the entry codec.
   *
   * @throws what the reader of payloads throws.
   */
  add(stored: StoredBytes): void {
    const { names } = stored;
    this.#stored = stored.bytes;
    this.#from = stored.start;

    const id = this.#field();
    const idEnd = this.#from;
    const index = this.#long();
    const type = this.#long();
    const entity = this.#field();
    const entityEnd = this.#from;
    const aggregate = this.#field();
    const aggregateEnd = this.#from;
    const aggregateType = names.encodedName(this.#long());
    const time = this.#varint();
    const causeKind = this.#varint();
    const causeId = this.#field();
    const causeIdEnd = this.#from;
    const rootCause = this.#field();
    const depth = this.#varint();
    const depthEnd = this.#from;
    const schema = names.nameOf(this.#long());
    const payload = this.#field();
    const payloadEnd = this.#from;
    const sequence = this.#from;
    this.#lastSequence = this.#long();
    const sequenceEnd = this.#from;

    const typeName = names.encodedName(type);
    const otherPayload =
      schema === this.#reader.schema
        ? undefined
        : this.#reader.resolve(
            names.nameOf(type),
            stored.bytes.subarray(payloadEnd - this.#lengthOf(payload), payloadEnd),
            schema,
          );
    // Nothing that is stored goes out more than four times: the cause's id as it is, as root cause, and in the event's own twice.
    this.#reserve(
      4 * (sequenceEnd - stored.start) +
        typeName.length +
        aggregateType.length +
        (otherPayload?.length ?? 0) +
        overheadBytes,
    );

    const written = this.#at;
    if (index < 0) this.#copy(stored.bytes, id, idEnd);
    else this.#derivedId(causeId, causeIdEnd, index);
    const writtenEnd = this.#at;
    this.#copy(typeName, 0, typeName.length);
    this.#copy(stored.bytes, entity, entityEnd);
    if (isEmpty(aggregate, aggregateEnd)) this.#copy(stored.bytes, entity, entityEnd);
    else this.#copy(stored.bytes, aggregate, aggregateEnd);
    this.#copy(aggregateType, 0, aggregateType.length);
    this.#copy(stored.bytes, sequence, sequenceEnd);
    this.#bytes[this.#at++] = 0; // position: a fold must not depend on it
    this.#copy(stored.bytes, time, causeKind);
    this.#copy(stored.bytes, causeKind, causeId);
    const cause = this.#at;
    if (isEmpty(causeId, causeIdEnd)) this.#copy(this.#bytes, written, writtenEnd);
    else this.#copy(stored.bytes, causeId, causeIdEnd);
    const causeEnd = this.#at;
    if (isEmpty(rootCause, depth)) this.#copy(this.#bytes, cause, causeEnd);
    else this.#copy(stored.bytes, rootCause, depth);
    this.#copy(stored.bytes, depth, depthEnd);
    if (otherPayload === undefined) this.#copy(stored.bytes, payload, payloadEnd);
    else {
      this.#putLong(otherPayload.length);
      this.#bytes.set(otherPayload, this.#at);
      this.#at += otherPayload.length;
    }
    this.#count++;
  }

  /** The array, of the events added; nothing can be added after. */
  finish(): EncodedEvents {
    this.#reserve(1);
    const end = this.#at;
    const start = this.#count === 0 ? end : countBytesMax - longBytes(this.#count);
    this.#at = start;
    if (this.#count > 0) this.#putLong(this.#count);
    this.#bytes[end] = 0;
    return { bytes: this.#bytes.subarray(start, end + 1), count: this.#count, lastSequence: this.#lastSequence };
  }

  /** Reads over bytes with their length in front. @returns where they began */
  #field(): number {
    const start = this.#from;
    // The sum is in two steps: reading the length moves on.
    const length = this.#long();
    this.#from += length;
    return start;
  }

  /** Reads over a number. @returns where it began */
  #varint(): number {
    const start = this.#from;
    while ((this.#stored[this.#from] ?? 0) >= 0x80) this.#from++;
    this.#from++;
    return start;
  }

  #long(): number {
    let byte = this.#stored[this.#from++] ?? 0;
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let zigzag = byte & 0x7f;
    for (let factor = 0x80; byte >= 0x80; factor *= 0x80) {
      byte = this.#stored[this.#from++] ?? 0;
      zigzag += (byte & 0x7f) * factor;
    }
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }

  /** Bytes of a field that was read over, without its length. */
  #lengthOf(field: number): number {
    const read = this.#from;
    this.#from = field;
    const length = this.#long();
    this.#from = read;
    return length;
  }

  #derivedId(causeId: number, causeIdEnd: number, index: number): void {
    const suffix = eventIdOf("", index);
    const length = this.#lengthOf(causeId);
    this.#putLong(length + suffix.length);
    this.#copy(this.#stored, causeIdEnd - length, causeIdEnd);
    for (let at = 0; at < suffix.length; at++) this.#bytes[this.#at++] = suffix.charCodeAt(at);
  }

  #copy(from: Buffer, start: number, end: number): void {
    const to = this.#bytes;
    let at = this.#at;
    if (end - start < shortBytes) for (let next = start; next < end; next++) to[at++] = from[next] ?? 0;
    else at += from.copy(to, at, start, end);
    this.#at = at;
  }

  /** Writes an integer that is not negative. */
  #putLong(value: number): void {
    let rest = value * 2;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes[this.#at++] = (rest % 0x80) | 0x80;
    this.#bytes[this.#at++] = rest;
  }

  #reserve(count: number): void {
    const needed = this.#at + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = grown;
  }
}

/** Whether a field has no bytes beside its length. */
function isEmpty(start: number, end: number): boolean {
  return end - start === 1;
}

function longBytes(value: number): number {
  let bytes = 1;
  for (let rest = value * 2; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}
