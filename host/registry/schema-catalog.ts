// All record schemas that the log knows of, numbered. The numbers are a function of the log alone: each registration of an
// aggregate's schema opens a block of numbers, so that none is ever used twice, whatever comes later, and all are the same after a
// restart, on a copy, and in a log that is read anew.
//
//   number = registration (from 1; 0 is Evento's own schema) × blockSize + record (from 1)
//
// A record that a later version leaves as it was keeps its number.
import { hostAggregateType, hostSchema } from "../domain/host-schema.ts";
import { hostHistory, ownSchema } from "../engine/host-stream.ts";
import { EventoError } from "../errors.ts";
import type { Journal } from "../ports/journal.ts";
import { parseAggregateSchema, type AggregateSchema } from "../schemas/aggregate-schema.ts";
import type { RecordCodec } from "../schemas/record-codec.ts";
import type { RecordName } from "./schema-ids.ts";

/** More than any schema has records: its text is bounded. */
const blockSize = 4_096;

export type CatalogEntry = {
  readonly id: number;
  /** The record's full name, `SavingsAccount.DepositReceived`: Confluent's RecordNameStrategy. */
  readonly subject: string;
  /** From 1, without a gap, within the subject. */
  readonly version: number;
  /** Avro schema as JSON text, complete by itself. */
  readonly schema: string;
};

/** What a number stands for, and how payloads under it are read. */
export type CatalogRecord = {
  readonly kind: "event" | "command" | "root";
  readonly aggregate_type: string;
  readonly codec: RecordCodec;
};

export class SchemaCatalog {
  readonly #journal: Pick<Journal, "stream">;
  readonly #entries = new Map<number, CatalogEntry>();
  readonly #records = new Map<number, CatalogRecord>();
  readonly #bySubject = new Map<string, CatalogEntry[]>();
  readonly #byRecord = new Map<string, CatalogEntry>();
  readonly #byContent = new Map<string, CatalogEntry>();
  #registrations = 0;
  #sequence = 0;
  #refreshing: Promise<void> | undefined;

  constructor({ journal }: { journal: Pick<Journal, "stream"> }) {
    this.#journal = journal;
    // Evento's own records are numbered as its schema lists them: it only ever grows at its end.
    this.#addBlock(ownSchema, hostSchema.map(nameOf));
  }

  /** Reads what the log has registered since. Calls side by side share one reading. */
  async refresh(): Promise<void> {
    this.#refreshing ??= this.#read().finally(() => {
      this.#refreshing = undefined;
    });
    await this.#refreshing;
  }

  async #read(): Promise<void> {
    for await (const { event, sequence } of hostHistory(this.#journal, { after: this.#sequence })) {
      this.#sequence = sequence;
      if (event.type === "SchemaRegistered") this.#add(parseAggregateSchema(JSON.parse(event.payload.schema)));
    }
  }

  #add(schema: AggregateSchema): void {
    this.#registrations += 1;
    const names = [...schema.events.keys(), ...schema.commands.keys(), schema.root.name];
    this.#addBlock(schema, names.toSorted());
  }

  #addBlock(schema: AggregateSchema, names: readonly string[]): void {
    for (const [index, name] of names.entries()) {
      const record = recordOf(schema, name);
      if (record === undefined) continue;
      const subject = `${schema.name}.${name}`;
      const entry = this.#entryOf(record, subject, this.#registrations * blockSize + index + 1);
      this.#byRecord.set(`${subject} ${schema.fingerprint}`, entry);
    }
  }

  #entryOf(record: CatalogRecord, subject: string, id: number): CatalogEntry {
    const schema = JSON.stringify(record.codec.schema);
    const known = this.#byContent.get(schema);
    if (known !== undefined) return known;
    const versions = this.#bySubject.get(subject) ?? [];
    const entry = { id, subject, version: versions.length + 1, schema };
    this.#entries.set(id, entry);
    this.#records.set(id, record);
    this.#bySubject.set(subject, [...versions, entry]);
    this.#byContent.set(schema, entry);
    return entry;
  }

  /** In the order of their names. */
  subjects(): readonly string[] {
    return [...this.#bySubject.keys()].toSorted();
  }

  /** The oldest first; none for a subject that is not known. */
  versions(subject: string): readonly CatalogEntry[] {
    return this.#bySubject.get(subject) ?? [];
  }

  entry(id: number): CatalogEntry | undefined {
    return this.#entries.get(id);
  }

  record(id: number): CatalogRecord | undefined {
    return this.#records.get(id);
  }

  /** The schema that a stored payload is written in. @throws EventoError SCHEMA_UNKNOWN */
  async entryOf({ aggregate_type, schema, record }: RecordName): Promise<CatalogEntry> {
    // Evento's own schema only grows, so what an earlier host wrote has the same records.
    const fingerprint = aggregate_type === hostAggregateType ? ownSchema.fingerprint : schema;
    const key = `${aggregate_type}.${record} ${fingerprint}`;
    if (!this.#byRecord.has(key)) await this.refresh();
    const entry = this.#byRecord.get(key);
    if (entry !== undefined) return entry;
    throw new EventoError("SCHEMA_UNKNOWN", `found no schema ${schema} of ${aggregate_type}.${record} in the log`);
  }
}

function nameOf(type: unknown): string {
  return typeof type === "object" && type !== null && "name" in type ? String(type.name) : "";
}

function recordOf(schema: AggregateSchema, name: string): CatalogRecord | undefined {
  const aggregate_type = schema.name;
  const event = schema.events.get(name);
  if (event !== undefined) return { kind: "event", aggregate_type, codec: event };
  const command = schema.commands.get(name);
  if (command !== undefined) return { kind: "command", aggregate_type, codec: command };
  return name === schema.root.name ? { kind: "root", aggregate_type, codec: schema.root } : undefined;
}
