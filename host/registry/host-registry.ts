// The host as its own schema registry: answers the read calls of Confluent's, so that stock consumers need nothing but its URL.
import type { PublishedSchema } from "../publisher/cloud-event.ts";
import type { CatalogEntry, CatalogRecord, SchemaCatalog } from "./schema-catalog.ts";
import type { RecordName, SchemaIds } from "./schema-ids.ts";

/** Content type of all answers. */
export const registryMediaType = "application/vnd.schemaregistry.v1+json";

export type RegistryAnswer = { readonly status: number; readonly body: unknown };

export class HostRegistry implements SchemaIds {
  readonly #catalog: SchemaCatalog;
  readonly #url: () => string;

  /** @param url - of this registry as consumers reach it, asked for when the first event goes out. */
  constructor({ catalog, url }: { catalog: SchemaCatalog; url: () => string }) {
    this.#catalog = catalog;
    this.#url = url;
  }

  async schemaOf(name: RecordName): Promise<PublishedSchema> {
    const { id } = await this.#catalog.entryOf(name);
    return { id, uri: `${this.#url()}/schemas/ids/${id}` };
  }

  async recordOf(id: number, subject: string): Promise<CatalogRecord | undefined> {
    if (this.#catalog.entry(id) === undefined) await this.#catalog.refresh();
    return this.#catalog.entry(id)?.subject === subject ? this.#catalog.record(id) : undefined;
  }

  /**
   * Answers a call.
   *
   * @param path - behind the registry's own, such as `/subjects/SavingsAccount.AccountOpened/versions/latest`, percent-encoded.
   * @see Confluent Schema Registry API reference.
   */
  async answer({ method, path }: { readonly method: string; readonly path: string }): Promise<RegistryAnswer> {
    if (method !== "GET" && method !== "HEAD")
      return refusal(405, 405, "this registry is read only: schemas come with functions or PUT /schemas");
    await this.#catalog.refresh();
    const segments = path.split("/").filter((segment) => segment !== "");
    const [first, ...rest] = segments.map(decoded);
    switch (first) {
      case undefined:
        return found({});
      case "subjects":
        return this.#subjects(rest);
      case "schemas":
        return this.#schemas(rest);
      case "config":
        return found({ compatibilityLevel: "BACKWARD_TRANSITIVE" });
      case "mode":
        return found({ mode: "READONLY" });
      default:
        return refusal(404, 404, "HTTP 404 Not Found");
    }
  }

  #subjects([subject, versions, version, schema, ...more]: readonly string[]): RegistryAnswer {
    if (subject === undefined) return found(this.#catalog.subjects());
    if (versions !== "versions" || more.length > 0) return refusal(404, 404, "HTTP 404 Not Found");
    const entries = this.#catalog.versions(subject);
    if (entries.length === 0) return refusal(404, 40_401, `Subject '${subject}' not found.`);
    if (version === undefined) return found(entries.map((entry) => entry.version));
    const number = version === "latest" || version === "-1" ? entries.length : Number(version);
    if (!Number.isSafeInteger(number) || number < 1)
      return refusal(422, 42_202, `The specified version '${version}' is not a valid version id.`);
    const entry = entries[number - 1];
    if (entry === undefined) return refusal(404, 40_402, `Version ${number} not found.`);
    if (schema === undefined) return found(entry);
    return schema === "schema" ? found(JSON.parse(entry.schema)) : refusal(404, 404, "HTTP 404 Not Found");
  }

  #schemas([kind, id, what, ...more]: readonly string[]): RegistryAnswer {
    if (kind === "types" && id === undefined) return found(["AVRO"]);
    if (kind !== "ids" || id === undefined || more.length > 0) return refusal(404, 404, "HTTP 404 Not Found");
    const entry = this.#catalog.entry(Number(id));
    if (entry === undefined) return refusal(404, 40_403, `Schema ${id} not found`);
    return schemaAnswer(entry, what);
  }
}

function schemaAnswer({ subject, version, schema }: CatalogEntry, what: string | undefined): RegistryAnswer {
  switch (what) {
    case undefined:
      return found({ schema });
    case "schema":
      return found(JSON.parse(schema));
    case "subjects":
      return found([subject]);
    case "versions":
      return found([{ subject, version }]);
    default:
      return refusal(404, 404, "HTTP 404 Not Found");
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function found(body: unknown): RegistryAnswer {
  return { status: 200, body };
}

function refusal(status: number, error_code: number, message: string): RegistryAnswer {
  return { status, body: { error_code, message } };
}
