"use strict";
// Drafts to the events an aggregator folds, byte by byte: this runs inside the function process, where no library is, and for
// every command. Texts and payloads are copied as they are, length in front; only what the host adds is written new.
const { Buffer, isUtf8 } = require("node:buffer");

const commandCauseIndex = 1; // of "command" among the symbols of evento.CauseKind

class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  refuse(what) {
    return new Error(`found ${what} at byte ${this.at} of the answer, expected an Avro array of drafts`);
  }

  /** A zigzag varint that a number holds exactly. */
  long() {
    let half = 0;
    let factor = 0.5;
    let negative = false;
    for (let length = 0; length < 8; length++) {
      const byte = this.bytes[this.at];
      if (byte === undefined) throw this.refuse("the end");
      this.at++;
      if (length === 0) negative = (byte & 1) === 1;
      half += (length === 0 ? byte & 0x7e : byte & 0x7f) * factor;
      if (!Number.isSafeInteger(half)) break;
      if (byte < 0x80) return negative ? -half - 1 : half;
      factor *= 128;
    }
    throw this.refuse("a number beyond ±2^53");
  }

  /** Bytes with their length in front, as a view of both. */
  field() {
    const start = this.at;
    const length = this.long();
    if (length < 0 || length > this.bytes.length - this.at) throw this.refuse(`a length of ${length}`);
    const contentStart = this.at;
    this.at += length;
    return { whole: this.bytes.subarray(start, this.at), content: this.bytes.subarray(contentStart, this.at) };
  }

  text() {
    const field = this.field();
    if (!isUtf8(field.content)) throw this.refuse("text that is not UTF-8");
    return field.whole;
  }
}

/** Bytes of an array of events, grown by doubling. */
class Writer {
  constructor(size) {
    this.bytes = Buffer.allocUnsafe(size);
    this.at = 0;
  }

  room(size) {
    if (this.at + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.at + size));
    larger.set(this.bytes.subarray(0, this.at));
    this.bytes = larger;
  }

  put(bytes) {
    this.room(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  /** A zigzag varint of an integer of up to ±2^53. */
  long(value) {
    this.room(10);
    // Zigzag doubles the number, which a safe integer's double may not hold: the first digit is taken before doubling.
    let rest = value < 0 ? -(value + 1) : value;
    let byte = (rest % 64) * 2 + (value < 0 ? 1 : 0);
    rest = Math.floor(rest / 64);
    while (rest > 0) {
      this.bytes[this.at++] = byte | 0x80;
      byte = rest % 128;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.at++] = byte;
  }
}

/** The fields of an Avro `evento.Command` that go into its events, as bytes with their length in front. */
function readCommand(bytes) {
  const reader = new Reader(bytes);
  const id = reader.field().content;
  reader.field(); // command_type
  reader.field(); // entity
  const aggregate = reader.field().whole;
  const aggregateType = reader.field().whole;
  reader.long(); // time
  reader.long(); // cause.kind
  reader.field(); // cause.id
  const rootCause = reader.field().whole;
  return { id, aggregate, aggregateType, rootCause, depth: reader.long() };
}

/** The drafts of an answer; each field with its length in front. */
function readDrafts(bytes, countMax) {
  const reader = new Reader(bytes);
  const drafts = [];
  for (;;) {
    let count = reader.long();
    if (count === 0) break;
    if (count < 0) {
      count = -count;
      reader.long(); // the size of the block in bytes, of no use here
    }
    if (drafts.length + count > countMax)
      throw reader.refuse(`${drafts.length + count} drafts (at most ${countMax} allowed)`);
    for (let index = 0; index < count; index++)
      drafts.push({ entity: reader.text(), eventType: reader.text(), payload: reader.field().whole });
  }
  if (reader.at !== bytes.length) throw reader.refuse("trailing bytes");
  return drafts;
}

/**
 * Makes the Avro array of `evento.Event` of a command's drafts, as the host will store them but without positions.
 *
 * Throws an Error with the reason when the drafts are not what they should be.
 */
function eventArrayOf({ command, drafts, sequence, time, countMax }) {
  const cause = readCommand(command);
  const list = readDrafts(drafts, countMax);
  if (list.length === 0) throw new Error("answered no event, expected at least one");
  const perEvent =
    cause.id.length * 2 + cause.aggregate.length + cause.aggregateType.length + cause.rootCause.length + 64;
  const writer = new Writer(drafts.length + list.length * perEvent);
  writer.long(list.length);
  for (const [index, draft] of list.entries()) {
    const suffix = Buffer.from(`!${index}`, "latin1");
    writer.long(cause.id.length + suffix.length);
    writer.put(cause.id);
    writer.put(suffix);
    writer.put(draft.eventType);
    writer.put(draft.entity);
    writer.put(cause.aggregate);
    writer.put(cause.aggregateType);
    writer.long(sequence + 1 + index);
    writer.long(0); // position: a fold must not depend on it
    writer.long(time);
    writer.long(commandCauseIndex);
    writer.long(cause.id.length);
    writer.put(cause.id);
    writer.put(cause.rootCause);
    writer.long(cause.depth + 1);
    writer.put(draft.payload);
  }
  writer.long(0);
  return { count: list.length, bytes: writer.bytes.subarray(0, writer.at) };
}

module.exports = { eventArrayOf };
