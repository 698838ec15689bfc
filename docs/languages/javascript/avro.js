// Avro binary by schemas: the types that functions meet most. https://avro.apache.org/docs/1.12.0/specification/#binary-encoding

/** How a value of each type is read and written. */
const codecs = {
  null: { read: () => null, write: () => {} },
  boolean: { read: (reader) => reader.byte() !== 0, write: (writer, value) => writer.byte(value ? 1 : 0) },
  int: { read: (reader) => reader.long(), write: (writer, value) => writer.long(value) },
  long: { read: (reader) => reader.long(), write: (writer, value) => writer.long(value) },
  double: { read: (reader) => reader.double(), write: (writer, value) => writer.double(value) },
  bytes: { read: (reader) => reader.bytes(), write: (writer, value) => writer.sized(value) },
  string: { read: (reader) => textOf(reader.bytes()), write: (writer, value) => writer.sized(utf8Of(value)) },
  enum: {
    read: (reader, { symbols }) => at(symbols, reader.long()),
    write: (writer, value, { symbols }) => writer.long(symbols.indexOf(value)),
  },
  array: {
    read: (reader, { items }) => reader.items(() => read(reader, items)),
    write: (writer, values, { items }) => writer.items(values, (value) => write(writer, value, items)),
  },
  /** Of null and one more type: the value says which it is. */
  union: {
    read: (reader, { branches }) => read(reader, at(branches, reader.long())),
    write(writer, value, { branches }) {
      const index = branches.findIndex(({ type }) => (type === "null") === (value === null));
      writer.long(index);
      write(writer, value, at(branches, index));
    },
  },
  record: {
    read(reader, { fields }) {
      const record = {};
      for (const { name, type } of fields) record[name] = read(reader, type);
      return record;
    },
    write(writer, record, { fields }) {
      for (const { name, type } of fields) write(writer, record[name], type);
    },
  },
};

/** The named types of .avsc files. */
export class Types {
  #named = new Map();

  /** @param schemas - arrays of named types, parsed. */
  constructor(...schemas) {
    for (const schema of schemas.flat()) this.#resolved(schema, "");
  }

  read(name, bytes) {
    return whole(new Reader(bytes), this.#type(name));
  }

  readArray(name, bytes) {
    return whole(new Reader(bytes), { type: "array", items: this.#type(name) });
  }

  write(name, value) {
    return written(value, this.#type(name));
  }

  writeArray(name, values) {
    return written(values, { type: "array", items: this.#type(name) });
  }

  #type(name, namespace = "") {
    const type = this.#named.get(name) ?? this.#named.get(`${namespace}.${name}`);
    if (type === undefined) throw new Error(`found the type ${name}, which no schema has`);
    return type;
  }

  /** The schema with types in place of their names; those without a dot are of the namespace that they lie in. */
  #resolved(schema, outerNamespace) {
    if (Array.isArray(schema))
      return { type: "union", branches: schema.map((branch) => this.#resolved(branch, outerNamespace)) };
    if (typeof schema === "string") return schema in codecs ? { type: schema } : this.#type(schema, outerNamespace);
    if (!(schema.type in codecs)) throw new Error(`found the Avro type ${schema.type}, which avro.js does not have`);
    const resolved = { ...schema };
    const namespace = schema.namespace ?? outerNamespace;
    if (schema.name !== undefined) this.#named.set(`${namespace}.${schema.name}`, resolved);
    if (schema.items !== undefined) resolved.items = this.#resolved(schema.items, namespace);
    resolved.fields = schema.fields?.map(({ name, type }) => ({ name, type: this.#resolved(type, namespace) }));
    return resolved;
  }
}

function read(reader, type) {
  return codecs[type.type].read(reader, type);
}

function write(writer, value, type) {
  codecs[type.type].write(writer, value, type);
}

function whole(reader, type) {
  const value = read(reader, type);
  if (!reader.isAtEnd) throw new Error("found bytes after the end of a value");
  return value;
}

function written(value, type) {
  const writer = new Writer();
  write(writer, value, type);
  return writer.bytes;
}

const tooShort = "found the end of the bytes, expected more";

class Reader {
  #bytes;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get isAtEnd() {
    return this.#at === this.#bytes.length;
  }

  byte() {
    if (this.isAtEnd) throw new Error(tooShort);
    return this.#bytes[this.#at++];
  }

  /** Exact up to 2^53. Seven bits a byte, the lowest first; the sign is in the lowest bit of all. */
  long() {
    let bits = 0;
    for (let factor = 1; factor < 2 ** 70; factor *= 128) {
      const byte = this.byte();
      bits += (byte & 0x7f) * factor;
      if (byte < 0x80) return bits % 2 === 0 ? bits / 2 : -(bits + 1) / 2;
    }
    throw new Error("found a number of more than 64 bits");
  }

  double() {
    const bytes = this.#take(8);
    return new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0, true);
  }

  bytes() {
    return this.#take(this.long());
  }

  /** Items come in blocks, and a block of none ends them. */
  items(readItem) {
    const items = [];
    for (let count = this.long(); count !== 0; count = this.long()) {
      if (count < 0) this.long(); // Then the block says how many bytes it has, too.
      for (let left = Math.abs(count); left > 0; left--) items.push(readItem());
    }
    return items;
  }

  #take(length) {
    if (length < 0 || length > this.#bytes.length - this.#at) throw new Error(tooShort);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

class Writer {
  #bytes = [];

  get bytes() {
    return Uint8Array.from(this.#bytes);
  }

  byte(value) {
    this.#bytes.push(value);
  }

  /** @param value - an integer within ±2^52. */
  long(value) {
    let bits = value < 0 ? -2 * value - 1 : 2 * value;
    for (; bits > 0x7f; bits = Math.floor(bits / 128)) this.byte((bits % 128) | 0x80);
    this.byte(bits);
  }

  double(value) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    for (const byte of bytes) this.byte(byte);
  }

  sized(bytes) {
    this.long(bytes.length);
    for (const byte of bytes) this.byte(byte);
  }

  items(items, writeItem) {
    if (items.length > 0) this.long(items.length);
    for (const item of items) writeItem(item);
    this.long(0);
  }
}

function at(list, index) {
  if (list[index] === undefined) throw new Error(`found the branch or symbol ${index} of ${list.length}`);
  return list[index];
}

// The engine has no TextDecoder and TextEncoder, but what URIs are written with is UTF-8 as well.
function textOf(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4_096) text += String.fromCharCode(...bytes.subarray(at, at + 4_096));
  return decodeURIComponent(escape(text));
}

function utf8Of(text) {
  return Uint8Array.from(unescape(encodeURIComponent(text)), (letter) => letter.charCodeAt(0));
}
