// Keys of the index: a family byte, then length-prefixed parts, so that no id is ever a prefix of another's range. A last part
// that lists are ordered by has no prefix: it ends with the key.

/** One byte a family; never given to another. */
export const families = {
  checkpoint: 0,
  command: 1,
  stream: 2,
  position: 3,
  eventId: 4,
  member: 5,
  aggregate: 6,
  referrer: 7,
  pending: 8,
  parked: 9,
  tree: 10,
  cursor: 11,
  parkedDispatch: 12,
  state: 13,
} as const;

export type Family = keyof typeof families;

/** A part of a key that a length stands before. */
function part(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  const prefixed = Buffer.allocUnsafe(bytes.length + 2);
  prefixed.writeUInt16BE(bytes.length);
  prefixed.set(bytes, 2);
  return prefixed;
}

function number(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

function key(family: Family, ...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat([Buffer.of(families[family]), ...parts]);
}

export const checkpointKey = key("checkpoint");
export const commandKey = (id: string): Buffer => key("command", Buffer.from(id));
export const streamKey = (aggregate: string, sequence: number): Buffer =>
  key("stream", part(aggregate), number(sequence));
export const positionKey = (firstPosition: number): Buffer => key("position", number(firstPosition));
export const eventIdKey = (id: string): Buffer => key("eventId", Buffer.from(id));
export const memberKey = (entity: string): Buffer => key("member", Buffer.from(entity));
export const aggregateKey = (type: string, aggregate: string): Buffer =>
  key("aggregate", part(type), Buffer.from(aggregate));
export const referrerKey = (entity: string, aggregate: string): Buffer =>
  key("referrer", part(entity), Buffer.from(aggregate));
export const statusKey = (status: "pending" | "parked", id: string): Buffer => key(status, Buffer.from(id));
export const treeKey = (rootCause: string, ordinal: number): Buffer => key("tree", part(rootCause), number(ordinal));
export const cursorKey = (dispatcher: string): Buffer => key("cursor", Buffer.from(dispatcher));
export const parkedDispatchKey = (dispatcher: string, position: number): Buffer =>
  key("parkedDispatch", part(dispatcher), number(position));
export const stateKey = (aggregate: string): Buffer => key("state", Buffer.from(aggregate));

/** The text that ends a key after its family and `prefixed` length-prefixed parts. */
export function lastText(bytes: Uint8Array, prefixed: readonly string[] = []): string {
  const start = prefixed.reduce((at, text) => at + 2 + Buffer.byteLength(text), 1);
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start).toString("utf8");
}

/** The number that ends a key. */
export function lastNumber(bytes: Uint8Array): number {
  return Number(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).readBigUInt64BE(bytes.byteLength - 8));
}

/** The first key after all that begin with `prefix`. */
export function endOf(prefix: Uint8Array): Buffer {
  const end = Buffer.from(prefix);
  for (let at = end.length - 1; at >= 0; at--) {
    const byte = end[at] ?? 0;
    if (byte < 0xff) {
      end[at] = byte + 1;
      return end.subarray(0, at + 1);
    }
  }
  throw new Error("invariant broken: every family byte is below 255");
}
