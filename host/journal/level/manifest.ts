// What a MANIFEST says: edits, each of which names tables that came and tables that went. Every other table LevelDB deletes when
// it opens: one that is half there was being written when the process was killed, and is no damage.
//
//   edit: (tag, what belongs to it)*        numbers: seven bits a byte, the lowest first; texts: length, bytes
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { recordsIn } from "./record-file.ts";

/** Tags of LevelDB's VersionEdit. */
const comparator = 1;
const logNumber = 2;
const nextFileNumber = 3;
const lastSequence = 4;
const compactPointer = 5;
const deletedFile = 6;
const newFile = 7;
const previousLogNumber = 9;

/**
 * Numbers of the tables that belong to a database.
 *
 * @returns undefined when its MANIFEST can't be found or read: then nothing is known of any table.
 */
export async function tablesNamedIn(path: string): Promise<ReadonlySet<number> | undefined> {
  try {
    const current = (await readFile(join(path, "CURRENT"), "utf8")).trim();
    const tables = new Set<number>();
    for (const edit of recordsIn(await readFile(join(path, current)))) apply(edit, tables);
    return tables;
  } catch {
    return undefined;
  }
}

/** @throws RangeError when the bytes are no edit. */
function apply(edit: Buffer, tables: Set<number>): void {
  let at = 0;
  const number = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = edit.readUInt8(at++);
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const passText = (): void => {
    const length = number();
    at += length;
  };
  while (at < edit.length) {
    const tag = number();
    switch (tag) {
      case comparator:
        passText();
        break;
      case logNumber:
      case nextFileNumber:
      case lastSequence:
      case previousLogNumber:
        number();
        break;
      case compactPointer:
        number();
        passText();
        break;
      case deletedFile:
        number();
        tables.delete(number());
        break;
      case newFile: {
        number();
        tables.add(number());
        number();
        passText();
        passText();
        break;
      }
      default:
        throw new RangeError(`${tag} is no tag of an edit`);
    }
  }
}
