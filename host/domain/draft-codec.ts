// Drafts as functions answer them. The bytes are not to be trusted: every length is checked against what is left before
// anything is made of it, so that a few bytes can't claim a billion drafts.
import { isUtf8 } from "node:buffer";

import { EventoError } from "../errors.ts";
import { bufferOver } from "./buffer-view.ts";
import type { CommandDraft, EventDraft } from "./envelope.ts";

class DraftReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bufferOver(bytes);
  }

  refuse(what: string): EventoError {
    return new EventoError(
      "DRAFTS_INVALID",
      `found ${what} at byte ${this.#at} of the answer, expected an Avro array of drafts`,
    );
  }

  /** A zigzag varint that a number holds exactly. The lowest bit is the sign; the rest is summed up halved, so nothing is rounded. */
  long(): number {
    let half = 0;
    let factor = 0.5;
    let negative = false;
    for (let length = 0; length < 8; length++) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw this.refuse("the end");
      this.#at++;
      if (length === 0) negative = (byte & 1) === 1;
      half += (length === 0 ? byte & 0x7e : byte & 0x7f) * factor;
      if (!Number.isSafeInteger(half)) break;
      if (byte < 0x80) return negative ? -half - 1 : half;
      factor *= 128;
    }
    throw this.refuse("a number beyond ±2^53");
  }

  bytes(): Uint8Array {
    return this.#bytes.subarray(this.#skipField(), this.#at);
  }

  text(): string {
    const start = this.#skipField();
    let at = start;
    while (at < this.#at && (this.#bytes[at] ?? 0x80) < 0x80) at++;
    if (at < this.#at && !isUtf8(this.#bytes.subarray(start, this.#at))) throw this.refuse("text that is not UTF-8");
    return this.#bytes.toString("utf8", start, this.#at);
  }

  /** Goes over bytes with their length in front. @returns where they start */
  #skipField(): number {
    const length = this.long();
    if (length < 0 || length > this.#bytes.length - this.#at) throw this.refuse(`a length of ${length}`);
    const start = this.#at;
    this.#at += length;
    return start;
  }

  list<Item>(countMax: number, item: () => Item): Item[] {
    const items: Item[] = [];
    for (;;) {
      let count = this.long();
      if (count === 0) break;
      if (count < 0) {
        count = -count;
        this.long(); // the size of the block in bytes, of no use here
      }
      if (items.length + count > countMax)
        throw this.refuse(`${items.length + count} drafts (at most ${countMax} allowed)`);
      for (let index = 0; index < count; index++) items.push(item());
    }
    if (this.#at !== this.#bytes.length) throw this.refuse("trailing bytes");
    return items;
  }
}

/**
 * Reads a handler's answer, an Avro array of `evento.EventDraft`; payloads are views of `bytes`.
 *
 * @throws EventoError DRAFTS_INVALID
 */
export function decodeEventDrafts(bytes: Uint8Array, countMax: number): EventDraft[] {
  const reader = new DraftReader(bytes);
  return reader.list(countMax, () => ({ entity: reader.text(), event_type: reader.text(), payload: reader.bytes() }));
}

/**
 * Reads a dispatcher's answer, an Avro array of `evento.CommandDraft`; payloads are views of `bytes`.
 *
 * @throws EventoError DRAFTS_INVALID
 */
export function decodeCommandDrafts(bytes: Uint8Array, countMax: number): CommandDraft[] {
  const reader = new DraftReader(bytes);
  return reader.list(countMax, () => {
    const entity = reader.text();
    const command_type = reader.text();
    const payload = reader.bytes();
    const branch = reader.long();
    if (branch !== 0 && branch !== 1) throw reader.refuse(`union branch ${branch}`);
    return { entity, command_type, payload, not_before: branch === 1 ? reader.long() : null };
  });
}
