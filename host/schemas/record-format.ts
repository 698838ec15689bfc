// Records: JSON objects. A missing field takes its default; an unknown one is a fault that names it, since it is a typo or data
// that would silently be lost.
import type { ByteSink } from "./byte-sink.ts";
import type { ByteSource } from "./byte-source.ts";
import { describe, listed, type Format } from "./format.ts";
import { isJsonObject, type JsonObject } from "./json-object.ts";

export type FieldFormat = {
  readonly name: string;
  readonly format: Format;
  /** The default in Avro binary. */
  readonly default: Uint8Array | undefined;
};

function memberOf(object: JsonObject, name: string): unknown {
  const value = object[name];
  // Every object has a toString: what is inherited was not sent.
  return typeof value === "function" ? undefined : value;
}

export class RecordFormat implements Format {
  readonly #name: string;
  #fields: readonly FieldFormat[] = [];
  #names = new Set<string>();

  constructor(name: string) {
    this.#name = name;
  }

  /** Gives the record its fields, once: a record that is part of itself has to be there before them. */
  complete(fields: readonly FieldFormat[]): void {
    this.#fields = fields;
    this.#names = new Set(fields.map((field) => field.name));
  }

  // Empty records are counted: where each record holds two of the next, no bytes at all may stand for more than can be walked.

  scan(source: ByteSource): void {
    const start = source.position;
    source.enter();
    for (const field of this.#fields) {
      source.path.at(field.name);
      field.format.scan(source);
    }
    if (source.position === start) source.countItems(1);
    source.leave();
  }

  read(source: ByteSource): unknown {
    const start = source.position;
    source.enter();
    const members: { [name: string]: unknown } = {};
    for (const field of this.#fields) {
      source.path.at(field.name);
      members[field.name] = field.format.read(source);
    }
    if (source.position === start) source.countItems(1);
    source.leave();
    return members;
  }

  write(sink: ByteSink, value: unknown): void {
    if (!isJsonObject(value)) {
      sink.fault(`is ${describe(value)}, expected an object with the fields of ${this.#name}`);
      return;
    }
    if (!sink.enter()) return;
    const start = sink.length;
    let present = 0;
    for (const field of this.#fields) {
      const member = memberOf(value, field.name);
      sink.path.at(field.name);
      if (member !== undefined) {
        present++;
        field.format.write(sink, member);
      } else if (field.default !== undefined) sink.raw(field.default);
      else sink.fault("is missing");
    }
    if (present !== Object.keys(value).length) this.#refuseUnknown(sink, value);
    if (sink.length === start) sink.countItems(1);
    sink.leave();
  }

  #refuseUnknown(sink: ByteSink, value: JsonObject): void {
    for (const name of Object.keys(value)) {
      if (this.#names.has(name)) continue;
      sink.path.at(name);
      sink.fault(`is no field of ${this.#name}, expected ${listed([...this.#names])}`);
    }
  }

  fits(value: unknown): boolean {
    return (
      isJsonObject(value) &&
      Object.keys(value).every((name) => this.#names.has(name)) &&
      this.#fields.every((field) => field.default !== undefined || memberOf(value, field.name) !== undefined)
    );
  }
}
