// Components whose parts are where they should not be. Changed bytes alone seldom get past the first length that is wrong; here the
// lengths are made right again, so that what is wrong is found by what reads deeper.
//
//   component: header | section | section | …     section: id | length | payload     payload of 1 and 4: a module, a component
import type { Mutation } from "./mutation.ts";

type Section = { readonly id: number; readonly payload: Uint8Array };

const headerBytes = 8;
const componentHeader = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00);
const coreModuleId = 1;
const componentId = 4;
const highestId = 13;
const nestingMax = 300;
const paddingBytesMax = 64 << 10;
/** Valid types begin here: `string`, … `bool` in components, `v128`, … `i32` in modules. */
const typeMin = 0x64;
const typeMax = 0x7f;

export class ComponentMutation {
  readonly #mutation: Mutation;
  readonly #seeds: readonly Uint8Array[];

  constructor({ mutation, seeds }: { mutation: Mutation; seeds: readonly Uint8Array[] }) {
    this.#mutation = mutation;
    this.#seeds = seeds;
  }

  /** One of the seeds with 1 to 4 changes to its sections, some of them further in. */
  next(): Buffer<ArrayBuffer> {
    let bytes = this.#mutation.pick(this.#seeds);
    for (let left = 1 + this.#mutation.below(4); left > 0; left--) bytes = this.#changed(bytes);
    return Buffer.from(bytes);
  }

  #changed(bytes: Uint8Array): Uint8Array {
    const sections = sectionsOf(bytes);
    if (sections.length === 0 || this.#mutation.below(12) === 0) return this.#nested(bytes);
    const at = this.#mutation.below(sections.length);
    const section = sections[at] ?? { id: 0, payload: bytes };
    const isWithin = section.id === coreModuleId || section.id === componentId;
    const isDeeper = isWithin && section.payload.length > headerBytes && this.#mutation.below(3) > 0;
    if (isDeeper) sections[at] = { ...section, payload: this.#changed(section.payload) };
    else sections.splice(at, 1, ...this.#replaced(section, sections));
    return concatenated([bytes.subarray(0, headerBytes), ...sections.map(bytesOf)]);
  }

  /** What comes in a section's place. */
  #replaced(section: Section, sections: readonly Section[]): readonly Section[] {
    const { id, payload } = section;
    const mutation = this.#mutation;
    switch (mutation.below(10)) {
      case 0:
        return [];
      case 1:
        return [section, section];
      case 2:
        return [mutation.pick(sections), section];
      case 3:
        return [{ id: mutation.below(highestId + 1), payload }];
      case 4:
        return [section, this.#padding()];
      case 5:
        return [{ id, payload: payload.subarray(0, mutation.below(payload.length + 1)) }];
      case 6:
        return [{ id, payload: this.#manyMore(payload) }];
      case 7:
        return [{ id, payload: this.#exchangedTypes(payload) }];
      case 8: {
        const others = sectionsOf(mutation.pick(this.#seeds)).filter((other) => other.id === id);
        return others.length === 0 ? [] : [mutation.pick(others)];
      }
      default:
        return [{ id, payload: mutation.of([payload]) }];
    }
  }

  /** A component in a component, and so on; or beside what it has. */
  #nested(bytes: Uint8Array): Uint8Array {
    if (this.#mutation.below(2) === 0) return concatenated([bytes, bytesOf({ id: componentId, payload: bytes })]);
    const heads: Uint8Array[] = [];
    let { length } = bytes;
    for (let left = 1 + this.#mutation.below(nestingMax); left > 0; left--) {
      const head = concatenated([componentHeader, Uint8Array.of(componentId), lebOf(length)]);
      heads.unshift(head);
      length += head.length;
    }
    return concatenated([...heads, bytes]);
  }

  #padding(): Section {
    const payload = new Uint8Array(2 + this.#mutation.below(paddingBytesMax));
    // The name of a custom section: one letter.
    payload.set([1, 0x78]);
    return { id: 0, payload };
  }

  /** The count that most payloads begin with says that there are ever so many. */
  #manyMore(payload: Uint8Array): Uint8Array {
    const count = this.#mutation.pick([1_000, 100_001, 2 ** 27, 2 ** 32 - 1]);
    return concatenated([lebOf(count), payload.subarray(lebAt(payload, 0)?.length ?? 0)]);
  }

  #exchangedTypes(payload: Uint8Array): Uint8Array {
    const changed = new Uint8Array(payload);
    for (let at = 0; at < changed.length; at++) {
      const byte = changed[at] ?? 0;
      const isType = byte >= typeMin && byte <= typeMax;
      if (isType && this.#mutation.below(8) === 0) changed[at] = typeMin + this.#mutation.below(typeMax - typeMin + 1);
    }
    return changed;
  }
}

/** As many sections as are whole; what comes after them is left out. */
function sectionsOf(bytes: Uint8Array): Section[] {
  const sections: Section[] = [];
  let at = headerBytes;
  while (at < bytes.length) {
    const length = lebAt(bytes, at + 1);
    if (length === undefined) break;
    const start = at + 1 + length.length;
    const end = start + length.value;
    if (end > bytes.length) break;
    sections.push({ id: bytes[at] ?? 0, payload: bytes.subarray(start, end) });
    at = end;
  }
  return sections;
}

function bytesOf({ id, payload }: Section): Uint8Array {
  return concatenated([Uint8Array.of(id), lebOf(payload.length), payload]);
}

/** A number of LEB128, and the bytes that it takes. */
function lebAt(bytes: Uint8Array, at: number): { readonly value: number; readonly length: number } | undefined {
  let value = 0;
  for (let length = 1; length <= 5; length++) {
    const byte = bytes[at + length - 1];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * (length - 1));
    if (byte < 0x80) return { value, length };
  }
  return undefined;
}

function lebOf(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
