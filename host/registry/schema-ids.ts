// Which number stands for the schema of a published payload: asked of the host's own registry or of an outside one.
import type { PublishedSchema } from "../publisher/cloud-event.ts";
import type { CatalogRecord } from "./schema-catalog.ts";

/** What names the schema of a payload: the version of its aggregate's schema, and the record in it. */
export type RecordName = {
  readonly aggregate_type: string;
  /** Fingerprint of the aggregate's schema. */
  readonly schema: string;
  /** Without the namespace. */
  readonly record: string;
};

export interface SchemaIds {
  /** @throws EventoError REGISTRY_UNAVAILABLE (retryable), REGISTRY_REFUSED, SCHEMA_UNKNOWN */
  schemaOf(name: RecordName): Promise<PublishedSchema>;
  /**
   * The record that a number before an incoming payload stands for, if it is one of this subject.
   *
   * @throws EventoError REGISTRY_UNAVAILABLE (retryable), REGISTRY_REFUSED
   */
  recordOf(id: number, subject: string): Promise<CatalogRecord | undefined>;
}
