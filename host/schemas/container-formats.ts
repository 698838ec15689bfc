// Arrays and maps.
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
      if (!sink.countItems(value.length) || !sink.enter()) return;
      if (value.length > 0) {
        sink.long(value.length);
        for (const [index, item] of value.entries()) {
          sink.path.at(index);
          items.write(sink, item);
        }
      }
      sink.byte(0);
      sink.leave();
    },
    fits: Array.isArray,
  };
}

/** As a key of a JavaScript object it would not make a member but change the object's prototype. */
const forbiddenKey = "__proto__";

export function mapFormat(values: Format): Format {
  return {
    scan(source) {
      // Without this, two entries under one key would be there and only one be seen.
      const keys = new Set<string>();
      source.blocks((index) => {
        const key = source.text();
        source.path.at(key);
        if (key === forbiddenKey) throw source.refuse(`the key ${forbiddenKey}`, "another");
        if (keys.size !== index || keys.has(key))
          throw source.refuse(`the key ${describe(key)} again`, "each key once");
        keys.add(key);
        values.scan(source);
      });
    },
    read(source) {
      const members: { [key: string]: unknown } = {};
      source.blocks(() => {
        const key = source.text();
        source.path.at(key);
        if (key === forbiddenKey) throw source.refuse(`the key ${forbiddenKey}`, "another");
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
      if (!sink.countItems(keys.length) || !sink.enter()) return;
      if (keys.length > 0) {
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
      }
      sink.byte(0);
      sink.leave();
    },
    fits: isJsonObject,
  };
}
