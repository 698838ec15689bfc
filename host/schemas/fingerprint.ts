// CRC-64-AVRO, the Rabin fingerprint of the Avro specification ("Schema Fingerprints").

const empty = 0xc15d_213a_a4d7_a795n;

const table: readonly bigint[] = Array.from({ length: 256 }, (_, index) => {
  let entry = BigInt(index);
  for (let bit = 0; bit < 8; bit++) entry = (entry >> 1n) ^ (entry & 1n ? empty : 0n);
  return entry;
});

/** The fingerprint of a text in UTF-8, as 16 hex digits of the number. */
export function fingerprintOf(text: string): string {
  let fingerprint = empty;
  for (const byte of Buffer.from(text))
    fingerprint = (fingerprint >> 8n) ^ (table[Number(fingerprint & 0xffn) ^ byte] ?? 0n);
  return fingerprint.toString(16).padStart(16, "0");
}
