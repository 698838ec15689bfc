// Avro object container files with one datum in one block: what every Avro tool can open. What is read is not to be trusted.
//
//   "Obj" 1 | metadata: map of bytes | sync marker | count 1, length, datum | sync marker
import { EventoError } from "../errors.ts";
import { containerBytesMax } from "../limits.ts";
import { ByteSink } from "../schemas/byte-sink.ts";
import { ByteSource } from "../schemas/byte-source.ts";

const magic = Buffer.from("Obj\u0001", "latin1");
const syncBytes = 16;

export type ObjectContainer = {
  /** `avro.schema` and what else is to be known of the datum, as text. `avro.codec` need not be there: nothing is compressed. */
  readonly metadata: ReadonlyMap<string, string>;
  /** One Avro value written with `avro.schema`. */
  readonly datum: Uint8Array;
};

/**
 * Writes a container.
 *
 * @param sync - 16 bytes that end each part of the file.
 * @see Avro 1.12 specification, "Object Container Files".
 */
export function encodeContainer({ metadata, datum }: ObjectContainer, sync: Uint8Array): Uint8Array {
  const sink = new ByteSink({ bytesMax: containerBytesMax });
  sink.raw(magic);
  sink.long(metadata.size);
  for (const [key, value] of metadata) {
    sink.text(key);
    sink.text(value);
  }
  sink.long(0);
  sink.raw(sync.subarray(0, syncBytes));
  sink.long(1);
  sink.bytes(datum);
  sink.raw(sync.subarray(0, syncBytes));
  return sink.finish();
}

/**
 * Reads a container that `encodeContainer` wrote; the datum is a view of `bytes`.
 *
 * @throws EventoError AVRO_INVALID when anything about the file's form is off.
 */
export function decodeContainer(bytes: Uint8Array): ObjectContainer {
  const source = new ByteSource();
  source.open(bytes, "");
  if (!source.take(magic.length).equals(magic)) throw source.refuse("other bytes", "the start of a container");
  const metadata = new Map<string, string>();
  source.blocks(() => {
    metadata.set(source.text(), source.text());
  });
  const sync = source.take(syncBytes);
  const count = source.long();
  if (count !== 1) throw source.refuse(`${count} values`, "one");
  const datum = source.take(source.length());
  if (!source.take(syncBytes).equals(sync)) throw source.refuse("another sync marker", "that of the header");
  source.end();
  const codec = metadata.get("avro.codec") ?? "null";
  if (codec !== "null") throw new EventoError("AVRO_INVALID", `found the codec ${codec}, expected null`);
  return { metadata, datum };
}
