// A stored group: its head read, its entries found when one is first asked for, none of them decoded before.
import avro from "avsc";

import { bufferOver } from "../domain/buffer-view.ts";
import { invariant } from "../errors.ts";
import type { StoredEvent } from "../domain/envelope.ts";
import type { JournalEntry } from "../ports/journal.ts";
import { eventKindNumber, nameOf, readEntry } from "./entry-codec.ts";
import type { EventArray } from "./event-array.ts";
import {
  chainBytes,
  chainOf,
  crcOf,
  frameHeadBytes,
  groupVersion,
  headType,
  kindsMax,
  logDamaged,
  tailBytes,
  type GroupHead,
} from "./group-codec.ts";

/** Where entries begin, their kinds, and which of them are events. */
type Frames = { readonly starts: Uint32Array; readonly kindNumbers: Uint8Array; readonly eventSlots: Uint32Array };

/** Names as Avro writes them. */
const textType = avro.Type.forSchema("string");

export class Group {
  readonly number: number;
  readonly head: GroupHead;
  readonly chain: Uint8Array;
  readonly #value: Buffer;
  readonly #framesStart: number;
  #frames: Frames | undefined;
  readonly #encodedNames: Buffer[] = [];

  private constructor(given: { number: number; value: Buffer; head: GroupHead; framesStart: number }) {
    this.number = given.number;
    this.head = given.head;
    this.#value = given.value;
    this.#framesStart = given.framesStart;
    this.chain = given.value.subarray(this.#bodyEnd, this.#bodyEnd + chainBytes);
  }

  /** @throws EventoError LOG_DAMAGED when the value is not what was once written for the group. */
  static read(number: number, stored: Uint8Array): Group {
    const value = bufferOver(stored);
    const crcAt = value.length - 4;
    if (crcAt < chainBytes || value.readUInt32BE(crcAt) !== crcOf(number, value.subarray(0, crcAt)))
      throw logDamaged(number, "found a checksum that does not fit");
    return Group.written(number, value);
  }

  /** A group whose bytes this process made itself. */
  static written(number: number, value: Buffer): Group {
    if (value[0] !== groupVersion)
      throw logDamaged(number, `found version ${value[0]}, expected ${groupVersion} (a newer Evento may read it),`);
    const { value: head, offset } = headType.decode(value, 1);
    return new Group({ number, value, head, framesStart: offset });
  }

  /** As it is stored. */
  get value(): Uint8Array {
    return this.#value;
  }

  get sizeBytes(): number {
    return this.#value.length;
  }

  get firstPosition(): number {
    return this.head.first_position;
  }

  get eventCount(): number {
    return this.head.event_count;
  }

  get entryCount(): number {
    return this.head.entry_count;
  }

  /** Position of the group's last event, or of the last one before it. */
  get lastPosition(): number {
    return this.firstPosition + this.eventCount - 1;
  }

  /** @throws EventoError LOG_DAMAGED when the group does not follow one with this chain and last position. */
  requireAfter(previous: { readonly chain: Uint8Array; readonly position: number }): void {
    if (Buffer.compare(chainOf(previous.chain, this.#value.subarray(0, this.#bodyEnd)), this.chain) !== 0)
      throw logDamaged(this.number, "found a chain that does not follow from the group before");
    if (this.firstPosition !== previous.position + 1)
      throw logDamaged(this.number, `found the position ${this.firstPosition} after ${previous.position}`);
  }

  entry(slot: number): JournalEntry {
    const { start, kindNumber } = this.#frameAt(slot);
    const position = kindNumber === eventKindNumber ? this.#positionAt(slot) : 0;
    return readEntry({ kindNumber, buffer: this.#value, start, names: this.head.names, position });
  }

  /** The event with a position of this group. */
  event(position: number): StoredEvent {
    const { starts, eventSlots } = this.#framesFound();
    const start = starts[eventSlots[position - this.firstPosition] ?? -1];
    if (start === undefined) throw logDamaged(this.number, `found no event with position ${position}`);
    return storedEvent(
      readEntry({ kindNumber: eventKindNumber, buffer: this.#value, start, names: this.head.names, position }),
    );
  }

  /** Puts the event of a slot into an array. @throws what `EventArray.add` throws */
  copyEvent(slot: number, to: EventArray): void {
    const { start, kindNumber } = this.#frameAt(slot);
    invariant(kindNumber === eventKindNumber, `a place of an event holds an entry of the kind ${kindNumber}`);
    to.add({ bytes: this.#value, start, names: this });
  }

  /** A name of this group, by number. */
  nameOf(number: number): string {
    return nameOf(this.head.names, number);
  }

  /** The same as Avro writes it. */
  encodedName(number: number): Buffer {
    return (this.#encodedNames[number] ??= textType.toBuffer(this.nameOf(number)));
  }

  /** All entries in order, decoded. */
  entries(): JournalEntry[] {
    return Array.from({ length: this.entryCount }, (_, slot) => this.entry(slot));
  }

  get #bodyEnd(): number {
    return this.#value.length - tailBytes;
  }

  #frameAt(slot: number): { readonly start: number; readonly kindNumber: number } {
    const { starts, kindNumbers } = this.#framesFound();
    const start = starts[slot];
    const kindNumber = kindNumbers[slot];
    if (start === undefined || kindNumber === undefined)
      throw logDamaged(this.number, `found ${this.entryCount} entries, expected one at ${slot},`);
    return { start, kindNumber };
  }

  #framesFound(): Frames {
    this.#frames ??= this.#findFrames();
    return this.#frames;
  }

  #findFrames(): Frames {
    const starts = new Uint32Array(this.entryCount);
    const kindNumbers = new Uint8Array(this.entryCount);
    const eventSlots = new Uint32Array(this.eventCount);
    let slot = 0;
    let events = 0;
    let at = this.#framesStart;
    while (at < this.#bodyEnd) {
      const frameHead = this.#value.readUInt32BE(at);
      const kindNumber = frameHead % kindsMax;
      starts[slot] = at + frameHeadBytes;
      kindNumbers[slot] = kindNumber;
      if (kindNumber === eventKindNumber) eventSlots[events++] = slot;
      slot++;
      at += frameHeadBytes + Math.floor(frameHead / kindsMax);
    }
    if (at !== this.#bodyEnd || slot !== this.entryCount || events !== this.eventCount)
      throw logDamaged(this.number, "found other entries than the group's head says");
    return { starts, kindNumbers, eventSlots };
  }

  /** An event's position: the events before its slot count. */
  #positionAt(slot: number): number {
    const { eventSlots } = this.#framesFound();
    let low = 0;
    let high = eventSlots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((eventSlots[middle] ?? 0) < slot) low = middle + 1;
      else high = middle;
    }
    return this.firstPosition + low;
  }
}

/** The event of an entry that is known to be one. */
export function storedEvent(entry: JournalEntry): StoredEvent {
  invariant(entry.kind === "event", `a place of an event holds an entry of kind ${entry.kind}`);
  return { ...entry.event, schema: entry.schema };
}
