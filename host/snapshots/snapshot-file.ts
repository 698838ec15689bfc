// A snapshot as a file: a container that says whose state it holds, with a checksum over all of it, so that a file which was
// damaged, cut, swapped or renamed is told from the one that was asked for.
import { hash } from "node:crypto";

import { EventoError } from "../errors.ts";
import type { Snapshot, SnapshotKey } from "../ports/snapshots.ts";
import { decodeContainer, encodeContainer } from "./object-container.ts";

export type SnapshotFile = {
  readonly snapshot: Snapshot;
  /** Identity of the log that the state was folded from. */
  readonly log: string;
  /** Avro schema of the root record, as JSON text. */
  readonly rootSchema: string;
};

function metadataOf({ snapshot, log, rootSchema }: SnapshotFile): Map<string, string> {
  return new Map([
    ["avro.schema", rootSchema],
    ["avro.codec", "null"],
    ["evento.log", log],
    ["evento.aggregate", snapshot.aggregate],
    ["evento.aggregate_type", snapshot.aggregate_type],
    ["evento.sequence", String(snapshot.sequence)],
    ["evento.time", String(snapshot.time)],
    ["evento.aggregator", snapshot.aggregator_digest],
    ["evento.schema", snapshot.schema],
  ]);
}

const checksumKey = "evento.checksum";

/** SHA-256 over the metadata, as JSON, and the SHA-256 of the state. */
function checksumOf(metadata: ReadonlyMap<string, string>, state: Uint8Array): string {
  const facts = [...metadata].filter(([key]) => key !== checksumKey).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return hash("sha256", JSON.stringify([...facts, hash("sha256", state)]));
}

/** The same snapshot always gives the same bytes. */
export function encodeSnapshot(file: SnapshotFile): Uint8Array {
  const metadata = metadataOf(file);
  const checksum = checksumOf(metadata, file.snapshot.state);
  metadata.set(checksumKey, checksum);
  return encodeContainer({ metadata, datum: file.snapshot.state }, Buffer.from(checksum, "hex"));
}

/**
 * Reads a snapshot and makes sure that it is the one that was asked for.
 *
 * @throws EventoError SNAPSHOT_DAMAGED when it is not whole, or not of this log, key and sequence.
 */
export function decodeSnapshot(
  bytes: Uint8Array,
  expected: { readonly key: SnapshotKey; readonly log: string; readonly sequence: number },
): Snapshot {
  const { metadata, datum } = containerOf(bytes);
  const text = (key: string): string => metadata.get(key) ?? "";
  const found = text(checksumKey);
  if (found !== checksumOf(metadata, datum)) throw damaged("a checksum that does not fit", "the one of its content");
  const { key, log, sequence } = expected;
  const facts: readonly (readonly [string, string])[] = [
    ["evento.log", log],
    ["evento.aggregate", key.aggregate],
    ["evento.aggregator", key.aggregator_digest],
    ["evento.schema", key.schema],
    ["evento.sequence", String(sequence)],
  ];
  for (const [name, value] of facts)
    if (text(name) !== value) throw damaged(`${name} ${JSON.stringify(text(name).slice(0, 200))}`, value);
  return {
    ...key,
    sequence,
    aggregate_type: text("evento.aggregate_type"),
    time: Number(text("evento.time")),
    state: datum,
  };
}

function containerOf(bytes: Uint8Array): ReturnType<typeof decodeContainer> {
  try {
    return decodeContainer(bytes);
  } catch (cause) {
    throw damaged("a file that is not whole", "an Avro object container", cause);
  }
}

function damaged(found: string, expected: string, cause?: unknown): EventoError {
  return new EventoError("SNAPSHOT_DAMAGED", `found ${found} in a snapshot, expected ${expected}`, {
    hint: "nothing is lost: the state is folded from the log again",
    cause,
  });
}
