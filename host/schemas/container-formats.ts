// Arrays and maps.
import type { ByteSource } from "./byte-source.ts";
import { describe, type Format } from "./format.ts";
import { isJsonObject } from "./json-object.ts";

export function arrayFormat(items: Format): Format {
  return {
    scan(source) {
      source.blocks(() => items.scan(source));
    },
    read(source) {
      const values: unknown[] = [];
      source.blocks(() => values.push(items.read(source)));
      return values;
    },
    write(sink, value) {
      if (!Array.isArray(value)) {
        sink.fault(`is ${describe(value)}, expected an array`);
        return;
      }
      if (value.length > 0) {
        if (!sink.countItems(value.length) || !sink.enter()) return;
        sink.long(value.length);
        for (const [index, item] of value.entries()) {
          sink.path.at(index);
          items.write(sink, item);
        }
        sink.leave();
      }
      sink.byte(0);
    },
    fits: Array.isArray,
  };
}

/** As a key of a JavaScript object it would not make a member but change the object's prototype. */
const forbiddenKey = "__proto__";

/** Two entries under one key would be there, and only one be seen. */
const repeatedKey = "the end of a key that was there before";

function readKey(source: ByteSource): string {
  const key = source.text();
  source.path.at(key);
  if (key === forbiddenKey) throw source.refuse(`the end of the key ${forbiddenKey}`, "another key");
  return key;
}

export function mapFormat(values: Format): Format {
  return {
    scan(source) {
      const keys = new Set<string>();
      source.blocks(() => {
        const key = readKey(source);
        if (keys.has(key)) throw source.refuse(repeatedKey, "each key once");
        keys.add(key);
        values.scan(source);
      });
    },
    read(source) {
      const members: { [key: string]: unknown } = {};
      source.blocks(() => {
        const key = readKey(source);
        if (Object.hasOwn(members, key)) throw source.refuse(repeatedKey, "each key once");
        members[key] = values.read(source);
      });
      return members;
    },
    write(sink, value) {
      if (!isJsonObject(value)) {
        sink.fault(`is ${describe(value)}, expected an object whose members are the entries of the map`);
        return;
      }
      const keys = Object.keys(value);
      if (keys.length > 0) {
        if (!sink.countItems(keys.length) || !sink.enter()) return;
        sink.long(keys.length);
        for (const key of keys) {
          sink.path.at(key);
          if (key === forbiddenKey || !key.isWellFormed()) {
            sink.fault("is no key that a map can have");
            continue;
          }
          sink.text(key);
          values.write(sink, value[key]);
        }
        sink.leave();
      }
      sink.byte(0);
    },
    fits: isJsonObject,
  };
}
